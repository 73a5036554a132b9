import type { KernelPower, Value } from "../../kernel/command.ts";

type Api = KernelPower["api"];
export type Block = Awaited<ReturnType<Api["readBlock"]>>;
export type ContextInfo = Awaited<ReturnType<Api["resolveContext"]>>;
export type Staged = Awaited<ReturnType<Api["driftCancel"]>>;

/** A record value; fields that are undefined are left out. */
export function record(fields: Readonly<Record<string, Value | undefined>>): Value {
  return new Map(Object.entries(fields).filter((field): field is [string, Value] => field[1] !== undefined));
}

/** Rows under headings, columns aligned; nothing at all without rows. The last column is as long as it is. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const all = [headings, ...rows];
  const widths = headings.map((_, at) => Math.max(...all.map((row) => width(row[at] ?? ""))));
  return all
    .map(
      (row) =>
        `${row
          .map((cell, at) => (at === row.length - 1 ? cell : pad(cell, widths[at] ?? 0)))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

function width(text: string): number {
  return [...text].length;
}

function pad(text: string, to: number): string {
  return text + " ".repeat(Math.max(0, to - width(text)));
}

/** ISO 8601 in UTC, whole seconds. */
export function time(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}

/** The first line of a text, cut at `most` characters. */
export function firstLine(text: string, most = 72): string {
  const line = text.trimStart().split("\n", 1)[0] ?? "";
  const characters = [...line];
  const cut = characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : line;
  return cut.replaceAll(/[\x00-\x1f\x7f]/g, " ");
}

/** What is known of the contexts of a kernel, to name them. */
export class Lineages {
  readonly #contexts: ReadonlyMap<string, ContextInfo>;

  constructor(contexts: readonly ContextInfo[]) {
    this.#contexts = new Map(contexts.map((context) => [context.id, context]));
  }

  label(id: string): string {
    return this.#contexts.get(id)?.label ?? id;
  }

  /** `main › debug`: the context last, its ancestors before it. */
  path(id: string): string {
    const labels: string[] = [];
    for (
      let at = this.#contexts.get(id);
      at !== undefined;
      at = at.parentId === undefined ? undefined : this.#contexts.get(at.parentId)
    ) {
      labels.unshift(at.label);
    }
    return labels.length === 0 ? id : labels.join(" › ");
  }
}

/** `[push from debug via MODEL] main › debug`; without a model it names who sent it. Undefined for a block that is no drift. */
export function provenance(block: Block, lineages: Lineages, power: KernelPower): string | undefined {
  if (block.kind !== "drift" || block.sourceContext === undefined) return undefined;
  const by = block.sourceModel === undefined ? `by ${power.principalName(block.id.principalId)}` : `via ${block.sourceModel}`;
  return `[${block.driftKind ?? "push"} from ${lineages.label(block.sourceContext)} ${by}] ${lineages.path(block.sourceContext)}`;
}

/** A block as a record, its ids as people are shown them. */
export function blockRecord(block: Block, lineages: Lineages, power: KernelPower): Value {
  return record({
    id: power.blockName(block.id),
    kind: block.kind,
    role: block.role,
    status: block.status,
    author: power.principalName(block.id.principalId),
    parent: block.parentId === undefined ? undefined : power.blockName(block.parentId),
    created: time(block.createdAt),
    tool: block.toolKind,
    exitCode: block.exitCode,
    truncated: block.truncated,
    driftKind: block.driftKind,
    source: block.sourceContext === undefined ? undefined : lineages.label(block.sourceContext),
    lineage: block.sourceContext === undefined ? undefined : lineages.path(block.sourceContext),
    model: block.sourceModel,
    content: block.content,
    stderr: block.stderr,
  });
}

/** A context as a record. */
export function contextRecord(context: ContextInfo, lineages: Lineages, current: string): Value {
  return record({
    label: context.label,
    id: context.shortId,
    parent: context.parentId === undefined ? undefined : lineages.label(context.parentId),
    forkKind: context.forkKind,
    forkedAt: context.forkedAt,
    cwd: context.cwd,
    model: context.model,
    created: time(context.createdAt),
    current: context.id === current,
  });
}
