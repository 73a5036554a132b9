import type { Shell } from "../exec/shell.ts";
import { emptySource, nullSink } from "../exec/streams.ts";
import type { Json } from "../types.ts";
import { isRecord, type Value } from "../value.ts";

/** Set by the shell itself, or meaningful only while a program runs. */
const volatile = new Set([
  "PWD",
  "OLDPWD",
  "_",
  "RANDOM",
  "SECONDS",
  "LINENO",
  "PIPESTATUS",
  "BASH_REMATCH",
  "OPTARG",
  "OPTIND",
  "FUNCNAME",
  "PPID",
  "SHLVL",
  "UID",
  "EUID",
]);

/** A value as JSON that reads back as the same value: what JSON has not is an object with one key that starts with `$`. */
function encode(value: Value): Json {
  if (typeof value === "bigint") return { $int: String(value) };
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  if (isRecord(value)) return { $record: [...value].map(([key, item]) => [key, encode(item)]) };
  return value.map(encode);
}

function decode(json: Json): Value {
  if (typeof json !== "object" || json === null) return json;
  if (isArray(json)) return json.map(decode);
  const { $int: int, $bytes: bytes, $record: record } = json;
  if (typeof int === "string") return BigInt(int);
  if (typeof bytes === "string") return new Uint8Array(Buffer.from(bytes, "base64"));
  const out = new Map<string, Value>();
  if (record === undefined || !isArray(record)) return out;
  for (const pair of record) {
    if (isArray(pair)) out.set(String(pair[0]), decode(pair[1] ?? null));
  }
  return out;
}

function isArray(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}

/** A value as plain JSON for a front end: bytes as base64, integers beyond 2^53 as digits in a string. */
export function valueToJson(value: Value): Json {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (isRecord(value)) return Object.fromEntries([...value].map(([key, item]) => [key, valueToJson(item)]));
  return value.map(valueToJson);
}

export function jsonToValue(json: Json): Value {
  if (typeof json !== "object" || json === null) return json;
  if (isArray(json)) return json.map(jsonToValue);
  return new Map(Object.entries(json).map(([key, item]) => [key, jsonToValue(item)]));
}

/** What a context keeps of its shell over a restart: functions, and the variables that differ from those it was born with. */
export class ShellState {
  readonly #shell: Shell;
  readonly #born: ReadonlyMap<string, Value>;
  /** What was kept last. Values are immutable: the same object is the same value. */
  #kept: ReadonlyMap<string, Value> = new Map();

  /** `shell` as it was made, before `restore`; or a copy of one that was made with the variables `born`. */
  constructor(shell: Shell, born: ReadonlyMap<string, Value> = new Map(shell.variables())) {
    this.#shell = shell;
    this.#born = born;
  }

  /** For a copy of the shell. */
  forCopy(copy: Shell): ShellState {
    return new ShellState(copy, this.#born);
  }

  /** Sets what was kept. What cannot be set (a variable that is read-only, a function of another version's syntax) is left out. */
  async restore(state: Json | undefined): Promise<void> {
    if (state === undefined) return;
    for (const [name, json] of fields(state, "variables")) {
      try {
        this.#shell.set(name, decode(json));
      } catch {
        // It is left as it is.
      }
    }
    const signal = new AbortController().signal;
    for (const [name, source] of fields(state, "functions")) {
      if (typeof source === "string")
        await this.#shell.run(source, name, { stdin: emptySource(), stdout: nullSink, stderr: nullSink, signal });
    }
    this.#kept = this.#capture();
  }

  /** The state to keep, when it is another than the one last answered. */
  changed(): Json | undefined {
    const now = this.#capture();
    const same = now.size === this.#kept.size && [...now].every(([key, value]) => Object.is(this.#kept.get(key), value));
    if (same) return undefined;
    this.#kept = now;
    const variables: [string, Json][] = [];
    const functions: [string, Json][] = [];
    for (const [key, value] of now) {
      if (key.endsWith(functionMark)) functions.push([key.slice(0, -functionMark.length), encode(value)]);
      else variables.push([key, encode(value)]);
    }
    return { variables: Object.fromEntries(variables), functions: Object.fromEntries(functions) };
  }

  /** Variables by name, and the text of functions by name and mark. */
  #capture(): ReadonlyMap<string, Value> {
    const all = new Map<string, Value>();
    for (const [name, value] of this.#shell.variables()) {
      if (!volatile.has(name) && !Object.is(this.#born.get(name), value)) all.set(name, value);
    }
    for (const name of this.#shell.functionNames()) all.set(name + functionMark, this.#shell.functionSource(name) ?? "");
    return all;
  }
}

/** No name ends like this. */
const functionMark = "()";

/** The fields of a record that is a field of `state`. */
function fields(state: Json, name: string): readonly [string, Json][] {
  if (typeof state !== "object" || state === null || isArray(state)) return [];
  const inner = state[name];
  return typeof inner !== "object" || inner === null || isArray(inner) ? [] : Object.entries(inner);
}
