import { after, type FileStat, join, type MaybePromise, readFile, VfsError } from "../../vfs/index.ts";
import { toText } from "../value.ts";
import type { Program } from "./program-file.ts";
import type { Runtime } from "./runtime.ts";

/** What a name with a slash names, or what PATH has for one without; undefined if there is nothing. */
export function lookUp(rt: Runtime, name: string): MaybePromise<Program | undefined> {
  if (name.includes("/")) return classify(rt, join(rt.cwd, name));
  const known = rt.shared.programs.get(name);
  if (known !== undefined) return known;
  const path = rt.variables.value("PATH");
  if (path === undefined || name === "") return undefined;
  const folders = toText(path)
    .split(":")
    .map((folder) => join(rt.cwd, folder === "" ? "." : folder));
  return after(search(rt, folders, name, 0), (found) => {
    if (found !== undefined) rt.shared.programs.set(name, found);
    return found;
  });
}

function search(rt: Runtime, folders: readonly string[], name: string, from: number): MaybePromise<Program | undefined> {
  for (let i = from; i < folders.length; i++) {
    const found = inFolder(rt, folders[i] as string, name);
    if (found instanceof Promise) return found.then((program) => program ?? search(rt, folders, name, i + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

function inFolder(rt: Runtime, folder: string, name: string): MaybePromise<Program | undefined> {
  return after(classify(rt, join(folder, `${name}.kai`)), (script) => {
    if (script?.kind === "kai") return script;
    return after(classify(rt, join(folder, name)), (program) => {
      if (program === undefined) return onHost(join(folder, name));
      return program.kind === "kai" || program.kind === "program" ? program : undefined;
    });
  });
}

/** Programs live on the host even where the VFS does not show their folder. */
function onHost(path: string): Program | undefined {
  const fs = process.getBuiltinModule("node:fs");
  const stat = fs.statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile() || (stat.mode & 0o111) === 0) return undefined;
  return { path, host: true, kind: "program" };
}

function classify(rt: Runtime, path: string): MaybePromise<Program | undefined> {
  const missing = (error: unknown): undefined => {
    if (error instanceof VfsError) return undefined;
    throw error;
  };
  const judge = (stat: FileStat): MaybePromise<Program> => {
    if (stat.kind === "directory") return { path, host: false, kind: "directory" };
    if (path.endsWith(".kai")) return { path, host: false, kind: "kai" };
    if ((stat.mode & 0o111) === 0) return { path, host: false, kind: "denied" };
    return after(isKai(rt, path), (yes) => ({ path, host: false, kind: yes ? "kai" : "program" }));
  };
  try {
    const stat = rt.shared.host.vfs.stat(path);
    return stat instanceof Promise ? stat.then(judge).catch(missing) : judge(stat);
  } catch (error) {
    return missing(error);
  }
}

/** `#!/usr/bin/env kaish` and its like. */
function isKai(rt: Runtime, path: string): MaybePromise<boolean> {
  const unreadable = (error: unknown): boolean => {
    if (error instanceof VfsError) return false;
    throw error;
  };
  try {
    const answer = after(rt.shared.host.vfs.open(path, { read: true }), (handle) =>
      after(handle.read(128, 0), (head) =>
        after(handle.close(), () => /^#![^\n]*\bkaish\b/.test(Buffer.from(head).toString("latin1"))),
      ),
    );
    return answer instanceof Promise ? answer.catch(unreadable) : answer;
  } catch (error) {
    return unreadable(error);
  }
}

/** The whole text of a script. */
export function readText(rt: Runtime, path: string): MaybePromise<string> {
  return after(readFile(rt.shared.host.vfs, path), (bytes) => bytes.toString("utf8"));
}
