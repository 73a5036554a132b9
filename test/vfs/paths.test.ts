import { expect, test } from "vitest";
import { basename, dirname, isClean, isWithin, join, normalise } from "../../src/vfs/index.ts";

test.each([
  ["/", "/"],
  ["//", "/"],
  ["/..", "/"],
  ["/../..", "/"],
  ["/a/..", "/"],
  ["/a/../..", "/"],
  ["/a//b/", "/a/b"],
  ["/a/./b/.", "/a/b"],
  ["/a/b/../c", "/a/c"],
  ["/...", "/..."],
  ["/.a", "/.a"],
  ["/a..", "/a.."],
  ["/a\nb/ů", "/a\nb/ů"],
])("normalise %j", (path, result) => {
  expect(normalise(path)).toBe(result);
  expect(isClean(path)).toBe(path === result);
});

test.each([
  ["/a/b", "/a", "b"],
  ["/a", "/", "a"],
  ["/", "/", "/"],
  ["///", "/", "/"],
  ["a", ".", "a"],
  ["a/", ".", "a"],
  ["a//b//", "a", "b"],
  ["//a", "/", "a"],
  ["", ".", ""],
  ["..", ".", ".."],
])("dirname and basename of %j", (path, directory, base) => {
  expect(dirname(path)).toBe(directory);
  expect(basename(path)).toBe(base);
});

test("join keeps what means something", () => {
  expect(join("/a", "b/../c/")).toBe("/a/b/../c/");
  expect(join("/", "b")).toBe("/b");
  expect(join("/a", "/b")).toBe("/b");
});

test("isWithin counts whole names", () => {
  expect(isWithin("/a/b", "/a")).toBe(true);
  expect(isWithin("/a", "/a")).toBe(true);
  expect(isWithin("/ab", "/a")).toBe(false);
  expect(isWithin("/ab", "/")).toBe(true);
});
