import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { reference } from "../scripts/reference.ts";
import { commands } from "../src/commands/index.ts";
import { filesBelow, root } from "./guards/source-tree.ts";

const read = (path: string): string => readFileSync(join(root, path), "utf8");

describe("documents are true", () => {
  it("docs/commands.md is what the signatures say (npm run reference)", () => {
    expect(read("docs/commands.md")).toBe(reference());
  });

  it("every command file is in the list", () => {
    const declared = filesBelow("src/commands", [".ts"]).flatMap((path) => [
      ...read(path).matchAll(/^export const \w+ = command\(/gm),
    ]).length;
    expect(declared).toBeGreaterThan(30);
    expect(commands.length).toBeGreaterThanOrEqual(declared);
    expect(new Set(commands.map((one) => one.signature.name)).size).toBe(commands.length);
  });

  it("every path in ARCHITECTURE.md exists", () => {
    const paths = [...read("ARCHITECTURE.md").matchAll(/`((?:src|test|scripts|docs|examples)\/[^`*]*)`/g)].map(
      ([, path]) => path ?? "",
    );
    expect(paths.length).toBeGreaterThan(15);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it("every folder of src, and of src/kernel, is in ARCHITECTURE.md", () => {
    const text = read("ARCHITECTURE.md");
    const folders = ["src", "src/kernel"].flatMap((folder) =>
      readdirSync(join(root, folder), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => `${folder}/${entry.name}/`),
    );
    expect(folders.filter((folder) => !text.includes(`\`${folder}\``))).toEqual([]);
  });

  it("the README's links and scripts exist", () => {
    const text = read("README.md");
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path]) => path ?? "");
    expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const scripts = Object.keys((JSON.parse(read("package.json")) as { scripts: Record<string, string> }).scripts);
    for (const [, name] of text.matchAll(/npm run ([\w:-]+)/g)) expect(scripts).toContain(name);
    expect(text).toContain("npm ci && npm start -- examples/tour.kai");
    expect(text).toContain("npm ci && npm test");
  });
});
