/**
 * Regenerates `src/kernel/rpc/generated` from the schema. Needs the `capnp` program (Debian: capnproto); its output is
 * committed, so nothing else does. `npm run schema`.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compileAll } from "capnp-es/compiler";

const folder = fileURLToPath(new URL("../src/kernel/rpc/", import.meta.url));

/** What the stored hash is made of: the schema's text, and this script's own rewriting of the output. */
export function schemaHash(): string {
  const hash = createHash("sha256");
  hash.update(readFileSync(`${folder}kaijutsu.capnp`));
  hash.update(readFileSync(fileURLToPath(import.meta.url)));
  return hash.digest("hex");
}

/**
 * Fits the generator's output to our runtime: the library is reached through `runtime.ts`, which mends its faults; members
 * that copy deeply or move orphans are left out, because they corrupt or are never wanted; so are the library's own server
 * classes and registry, which belong to its RPC, and the promises around an answer's own. Texts and capabilities get the `_has…` that structs and lists have.
 */
export function rewrite(source: string): string {
  const kept = source
    .replaceAll(/^(?: {4})+/gm, (indent) => " ".repeat(indent.length / 2))
    .replace('import * as $ from "capnp-es";', 'import * as $ from "../runtime.ts";')
    .replaceAll(/^ {2}_(?:adopt|disown)\w+\(.*\n(?: {4}.*\n)* {2}\}\n/gm, "")
    .replaceAll(/^ {2}set \w+\(.*\n(?: {4}.*\n)*? {4}\$\.utils\.copyFrom\(.*\n {2}\}\n/gm, "")
    .replaceAll(/^export class \w+\$Server extends \$\.Server \{\n(?: .*\n)*\}\n/gm, "")
    .replaceAll(/^ {2}static readonly Server = .*\n/gm, "")
    .replaceAll(/^ {2}toString\(\): string \{ return .*\n/gm, "")
    .replaceAll(/\(paramsFunc\?: (\(params: [\w$]+\) => void)\)/g, "(paramsFunc: $1 = () => {})")
    .replaceAll(
      /^ {2}async promise\(\): (.*) \{\n.*\n {2}\}\n/gm,
      "  promise(): $1 {\n    return this.pipeline.answer.struct();\n  }\n",
    )
    .replaceAll("  static readonly _capnp", "  static override readonly _capnp")
    .replaceAll(/^\$\.Registry\.register\(.*\n/gm, "");
  return kept
    .replaceAll(/^ {2}get (\w+)\(\): (?:string|\w+\$Client) \{\n(?: {4}.*\n)+? {2}\}\n/gm, (getter: string, name: string) => {
      const index = /(?:getText|getInterfaceClientOrNullAt)\((\d+), this/.exec(getter)?.[1];
      const has = `_has${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      return `${getter}  ${has}(): boolean {\n    return $.utils.hasPointer(${index}, this);\n  }\n`;
    })
    .replaceAll(/!\$\.utils\.isNull\(\$\.utils\.getPointer\((\d+), this\)\)/g, "$.utils.hasPointer($1, this)");
}

async function main(): Promise<void> {
  const request = execFileSync("capnp", ["compile", "-o-", `--src-prefix=${folder}`, `${folder}kaijutsu.capnp`], {
    maxBuffer: 1 << 28,
  });
  const { files } = await compileAll(request, { ts: true, js: false, dts: false });
  for (const [path, text] of files) writeFileSync(`${folder}generated/${path}`, rewrite(text));
  writeFileSync(`${folder}generated/schema-hash.ts`, `export const schemaHash = "${schemaHash()}";\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
