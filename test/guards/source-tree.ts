import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import ts from "typescript";

export const root = resolve(import.meta.dirname, "../..");

/** Every file below `folder` whose name ends as asked, as paths relative to the repository. */
export function filesBelow(folder: string, endings: readonly string[]): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

/** What a file imports: static, type-only, re-exported, dynamic and required, as written. */
export function importsOf(path: string): readonly string[] {
  const found = ts.preProcessFile(readFileSync(join(root, path), "utf8"), true, true);
  return found.importedFiles.map((file) => file.fileName);
}
