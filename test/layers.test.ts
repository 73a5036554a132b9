import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { filesBelow, importsOf, root } from "./guards/source-tree.ts";

/** Whom a file may import, besides its own folder: the first rule whose `from` starts its path holds. A name ending in `/` is a folder. */
const rules: readonly { readonly from: string; readonly may: readonly string[] }[] = [
  { from: "src/parser/", may: [] },
  { from: "src/vfs/", may: [] },
  { from: "src/commands/", may: ["src/kernel/command.ts", "src/vfs/"] },
  // The composition root is the only place that wires parts; the lazy loaders it names are doors too.
  { from: "src/shell/main.ts", may: ["src/shell/", "src/kernel/", "src/commands/", "src/parser/", "src/vfs/"] },
  { from: "src/shell/main/", may: ["package.json", "src/shell/", "src/kernel/", "src/commands/", "src/parser/", "src/vfs/"] },
  { from: "src/shell/", may: ["src/kernel/index.ts", "src/commands/", "src/parser/", "src/vfs/"] },
  { from: "src/kernel/ids.ts", may: ["src/kernel/errors.ts"] },
  { from: "src/kernel/errors.ts", may: [] },
  { from: "src/kernel/types.ts", may: ["src/kernel/ids.ts"] },
  { from: "src/kernel/value.ts", may: [] },
  { from: "src/kernel/regex/", may: [] },
  { from: "src/kernel/quote.ts", may: [] },
  { from: "src/kernel/state/", may: ["src/kernel/ids.ts", "src/kernel/types.ts", "src/kernel/errors.ts"] },
  { from: "src/kernel/flow/", may: ["src/kernel/ids.ts", "src/kernel/types.ts", "src/kernel/errors.ts"] },
  {
    from: "src/kernel/blocks/",
    may: ["src/kernel/ids.ts", "src/kernel/types.ts", "src/kernel/errors.ts", "src/kernel/state/", "src/kernel/flow/"],
  },
  {
    from: "src/kernel/contexts/",
    may: [
      "src/kernel/ids.ts",
      "src/kernel/types.ts",
      "src/kernel/errors.ts",
      "src/kernel/state/",
      "src/kernel/flow/",
      "src/kernel/blocks/",
    ],
  },
  {
    from: "src/kernel/drift/",
    may: [
      "src/kernel/ids.ts",
      "src/kernel/types.ts",
      "src/kernel/errors.ts",
      "src/kernel/state/",
      "src/kernel/flow/",
      "src/kernel/blocks/",
      "src/kernel/contexts/",
    ],
  },
  {
    from: "src/kernel/exec/",
    may: [
      "src/kernel/command.ts",
      "src/kernel/command-error.ts",
      "src/kernel/declaration.ts",
      "src/kernel/streams.ts",
      "src/kernel/kernel-power.ts",
      "src/kernel/shell-power.ts",
      "src/kernel/signature.ts",
      "src/kernel/value.ts",
      "src/kernel/quote.ts",
      "src/parser/",
      "src/vfs/",
    ],
  },
  {
    from: "src/kernel/rpc/",
    may: [
      "src/kernel/ids.ts",
      "src/kernel/types.ts",
      "src/kernel/errors.ts",
      "src/kernel/api.ts",
      "src/kernel/command.ts",
      "src/kernel/declaration.ts",
      "src/kernel/streams.ts",
      "src/vfs/index.ts",
      "src/kernel/value.ts",
    ],
  },
  {
    from: "src/kernel/mcp/",
    may: [
      "src/kernel/exec/index.ts",
      "src/kernel/session/excerpt.ts",
      "src/kernel/ids.ts",
      "src/kernel/types.ts",
      "src/kernel/errors.ts",
      "src/kernel/api.ts",
      "src/kernel/command.ts",
      "src/kernel/declaration.ts",
      "src/kernel/streams.ts",
      "src/kernel/value.ts",
    ],
  },
  { from: "src/kernel/", may: ["src/kernel/", "src/parser/", "src/vfs/"] },
];

/** Each outside package has one owner. */
const owners: Readonly<Record<string, readonly string[]>> = {
  chevrotain: ["src/parser/"],
  memfs: ["src/vfs/"],
  yjs: ["src/kernel/blocks/"],
  "fractional-indexing": ["src/kernel/blocks/"],
  "better-sqlite3": ["src/kernel/state/"],
  "capnp-es": ["src/kernel/rpc/"],
  "@modelcontextprotocol/sdk": ["src/kernel/mcp/"],
  zod: ["src/kernel/mcp/"],
  ink: ["src/shell/tui/"],
  react: ["src/shell/tui/"],
  "string-width": ["src/shell/tui/"],
  commander: ["src/shell/main/"],
};

const sources = filesBelow("src", [".ts", ".tsx"]);

function target(from: string, specifier: string): string {
  return join(dirname(from), specifier);
}

function packageOf(specifier: string): string {
  const [scope = "", name = ""] = specifier.split("/");
  return scope.startsWith("@") ? `${scope}/${name}` : scope;
}

/** Why `from` may not import `specifier`; undefined if it may. */
function violation(from: string, specifier: string): string | undefined {
  if (specifier.startsWith("node:")) return undefined;
  if (!specifier.startsWith(".")) {
    const owner = owners[packageOf(specifier)];
    if (owner === undefined) return `${from}: ${specifier} has no owner in the table`;
    return owner.some((folder) => from.startsWith(folder)) ? undefined : `${from}: ${specifier} belongs to ${owner.join(", ")}`;
  }
  const to = target(from, specifier);
  if (!existsSync(join(root, to))) return `${from}: ${to} does not exist`;
  const rule = rules.find((one) => from.startsWith(one.from));
  if (rule === undefined) return `${from}: no rule covers it`;
  const home = rule.from.endsWith("/") && rule.from !== "src/kernel/" ? rule.from : undefined;
  if (home !== undefined && to.startsWith(home)) return undefined;
  const allowed = rule.may.some((may) => (may.endsWith("/") ? to.startsWith(may) : to === may));
  return allowed ? undefined : `${from} may not import ${to}`;
}

describe("import rules", () => {
  it("every import is one the tables allow", () => {
    const broken = sources
      .flatMap((from) => importsOf(from).map((specifier) => violation(from, specifier)))
      .filter((why) => why !== undefined);
    expect(broken).toEqual([]);
  });

  it("commands take nothing of vfs and kernel but the doors", () => {
    const reached = sources
      .filter((from) => from.startsWith("src/commands/"))
      .flatMap((from) => importsOf(from).map((specifier) => target(from, specifier)))
      .filter((to) => !to.startsWith("src/commands/") && to.startsWith("src/"));
    expect([...new Set(reached)].sort()).toEqual(["src/kernel/command.ts", "src/vfs/index.ts"]);
  });

  it("the guard itself sees type-only, dynamic and re-exporting imports", () => {
    expect(importsOf("src/kernel/index.ts")).toContain("./types.ts");
    expect(violation("src/parser/parse.ts", "../kernel/value.ts")).toMatch(/may not import/);
    expect(violation("src/commands/text/cat.ts", "../../kernel/kernel.ts")).toMatch(/may not import|does not exist/);
    expect(violation("src/kernel/exec/scope.ts", "yjs")).toMatch(/belongs to/);
  });

  it("there are no import cycles", () => {
    expect(cycles()).toEqual([]);
  });
});

function cycles(): readonly string[] {
  const edges = new Map(
    sources.map((from) => [
      from,
      importsOf(from)
        .filter((one) => one.startsWith("."))
        .map((specifier) => target(from, specifier)),
    ]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, trail: readonly string[]): void => {
    if (trail.includes(file)) {
      found.push([...trail.slice(trail.indexOf(file)), file].join(" → "));
      return;
    }
    if (done.has(file)) return;
    for (const next of edges.get(file) ?? []) visit(next, [...trail, file]);
    done.add(file);
  };
  for (const file of sources) visit(file, []);
  return found;
}
