import { isUtf8 } from "node:buffer";

/**
 * The values of the language: JSON, plus 64-bit integers past 2^53 (bigint) and bytes. Values are immutable: whoever
 * changes one makes a new one, so they can be shared between scopes, pipes and contexts without copying.
 */
export type Value = null | boolean | number | bigint | string | ListValue | RecordValue | Uint8Array;
export type ListValue = readonly Value[];
/** A Map, not an object: keys such as "1" keep their place. */
export type RecordValue = ReadonlyMap<string, Value>;

export type TypeName = "null" | "bool" | "number" | "string" | "list" | "record" | "bytes";

/** `bytes`: bytes that are not UTF-8 were asked for as text, or any bytes as JSON. `json`: text that is not JSON. */
export type ValueErrorCode = "bytes" | "json";

/** The one error of values. `line` and `column` (from 1, in characters) are there for `json`. */
export class ValueError extends Error {
  override readonly name = "ValueError";
  readonly code: ValueErrorCode;
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(code: ValueErrorCode, message: string, at?: { readonly line: number; readonly column: number }) {
    super(message);
    this.code = code;
    this.line = at?.line;
    this.column = at?.column;
  }
}

const minInt64 = -(2n ** 63n);
const maxInt64 = 2n ** 63n - 1n;

/** JSON nests no deeper than this when it is read, so that no reader or printer of a value can exhaust the stack. */
const maxDepth = 1_000;

// ── Literals ──────────────────────────────────────────────────────────────────────────────────

/**
 * What a bare (unquoted) literal means: a number or a bool if JSON prints it back with the same characters, else the
 * string. An integer past 2^53 is a bigint while it fits 64 bits, beyond that a string.
 */
export function typedLiteral(text: string): Value {
  const first = text.charCodeAt(0);
  if ((first >= 48 && first <= 57) || first === 45) return numberLiteral(text);
  if (text === "true") return true;
  if (text === "false") return false;
  return text;
}

function numberLiteral(text: string): Value {
  const length = text.length;
  let at = text.charCodeAt(0) === 45 ? 1 : 0;
  const start = at;
  while (at < length) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) break;
    at++;
  }
  if (at === start) return text;
  if (at < length) {
    const number = Number(text);
    return Number.isFinite(number) && String(number) === text ? number : text;
  }
  // A leading zero, and -0, do not print back.
  if (text.charCodeAt(start) === 48 && length > 1) return text;
  if (length <= 15) return Number(text);
  return exactInteger(text) ?? text;
}

/** Undefined outside 64 bits. `text` is decimal digits with an optional minus. */
function exactInteger(text: string): number | bigint | undefined {
  const number = Number(text);
  if (Number.isSafeInteger(number)) return number;
  if (text.length > 20) return undefined;
  const big = BigInt(text);
  return big >= minInt64 && big <= maxInt64 ? big : undefined;
}

// ── Text and JSON ─────────────────────────────────────────────────────────────────────────────

/**
 * A value as text: a string is itself, null, numbers and bools are as JSON prints them, lists and records are compact
 * JSON. Throws ValueError `bytes` for bytes that are not UTF-8.
 */
export function toText(value: Value): string {
  if (typeof value === "string") return value;
  if (typeof value === "object") {
    if (value instanceof Uint8Array) return bytesToText(value);
    return toJson(value);
  }
  return String(value);
}

function bytesToText(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new ValueError("bytes", "bytes that are not UTF-8 cannot become text");
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

/** Compact JSON; 64-bit integers as digits. Throws ValueError `bytes` for bytes anywhere inside. */
export function toJson(value: Value): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return Number.isFinite(value) ? String(value) : "null";
    case "bigint":
    case "boolean":
      return String(value);
    default:
      break;
  }
  if (value === null) return "null";
  if (value instanceof Uint8Array) throw new ValueError("bytes", "bytes have no JSON form");
  let out = "";
  if (isRecord(value)) {
    for (const [key, item] of value) out += `${out === "" ? "" : ","}${JSON.stringify(key)}:${toJson(item)}`;
    return `{${out}}`;
  }
  for (let i = 0; i < value.length; i++) out += (i === 0 ? "" : ",") + toJson(value[i] as Value);
  return `[${out}]`;
}

/** JSON over several lines, each level set in by two spaces; empty lists and records stay on one line. */
export function toPrettyJson(value: Value, indent = ""): string {
  const inner = `${indent}  `;
  if (isList(value) && value.length > 0) {
    return `[\n${value.map((item) => inner + toPrettyJson(item, inner)).join(",\n")}\n${indent}]`;
  }
  if (isRecord(value) && value.size > 0) {
    const entries = [...value].map(([key, item]) => `${inner}${JSON.stringify(key)}: ${toPrettyJson(item, inner)}`);
    return `{\n${entries.join(",\n")}\n${indent}}`;
  }
  return toJson(value);
}

// ── Kinds and comparison ──────────────────────────────────────────────────────────────────────

export function isList(value: Value | undefined): value is ListValue {
  return Array.isArray(value);
}

export function isRecord(value: Value | undefined): value is RecordValue {
  return value instanceof Map;
}

/** True for a scalar: what joins into a word without becoming JSON. */
export function isScalar(value: Value | undefined): boolean {
  return !isList(value) && !isRecord(value);
}

export function typeName(value: Value): TypeName {
  switch (typeof value) {
    case "string":
      return "string";
    case "boolean":
      return "bool";
    case "number":
    case "bigint":
      return "number";
    default:
      if (value === null) return "null";
      if (value instanceof Uint8Array) return "bytes";
      return isRecord(value) ? "record" : "list";
  }
}

/** What `${x:-default}` replaces: absence, null, the empty string and no bytes. An empty list is a value. */
export function isEmpty(value: Value | undefined): boolean {
  return value === undefined || value === null || value === "" || (value instanceof Uint8Array && value.length === 0);
}

/**
 * The language's `==` between two values: numeric when both are typed numbers, by structure when either is a list or a
 * record (their elements must have the same types), otherwise by text.
 */
export function valuesEqual(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (isNumber(a) && isNumber(b)) return numbersEqual(a, b);
  if (!isScalar(a) || !isScalar(b)) return sameStructure(a, b);
  if (a instanceof Uint8Array || b instanceof Uint8Array) return Buffer.from(asBytes(a)).equals(asBytes(b));
  return toText(a) === toText(b);
}

function isNumber(value: Value): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function numbersEqual(a: number | bigint, b: number | bigint): boolean {
  if (typeof a === typeof b) return a === b;
  // Mixed: a double that is no integer equals no bigint; one that is converts exactly.
  const [big, double] = typeof a === "bigint" ? [a, b as number] : [b as bigint, a];
  return Number.isInteger(double) && BigInt(double) === big;
}

function asBytes(value: Value): Uint8Array {
  return value instanceof Uint8Array ? value : Buffer.from(toText(value), "utf8");
}

function sameStructure(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (isNumber(a) && isNumber(b)) return numbersEqual(a, b);
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, i) => sameStructure(item, b[i] as Value));
  if (isRecord(a) && isRecord(b)) {
    if (a.size !== b.size) return false;
    for (const [key, item] of a) {
      const other = b.get(key);
      if (other === undefined || !sameStructure(item, other)) return false;
    }
    return true;
  }
  return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.from(a).equals(b);
}

// ── Reading JSON ──────────────────────────────────────────────────────────────────────────────

/**
 * Reads one JSON text. Records keep the order of their keys (of a repeated one the last value), integers are exact
 * within 64 bits. Throws ValueError `json` with line and column.
 */
export function fromJson(text: string): Value {
  const reader = new JsonReader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

/** A recursive-descent reader over one text. Invariant: `at` is the first character not yet taken. */
class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): Value {
    this.#skip();
    const code = this.#text.charCodeAt(this.#at);
    switch (code) {
      case 0x22:
        return this.#string();
      case 0x7b:
        return this.#record(depth);
      case 0x5b:
        return this.#list(depth);
      case 0x74:
        return this.#word("true", true);
      case 0x66:
        return this.#word("false", false);
      case 0x6e:
        return this.#word("null", null);
      default:
        if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return this.#number();
        return this.#fail("expected a value");
    }
  }

  /** Only white space may be left. */
  end(): void {
    this.#skip();
    if (this.#at < this.#text.length) this.#fail("expected the end");
  }

  #skip(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #word(word: string, value: Value): Value {
    if (!this.#text.startsWith(word, this.#at)) return this.#fail("expected a value");
    this.#at += word.length;
    return value;
  }

  #number(): Value {
    const pattern = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return this.#fail("expected a digit");
    const text = match[0];
    const integer = match[1] === undefined && match[2] === undefined;
    const number = (integer ? exactInteger(text) : undefined) ?? Number(text);
    if (typeof number === "number" && !Number.isFinite(number)) return this.#fail("number out of range");
    this.#at += text.length;
    return number;
  }

  #string(): string {
    const text = this.#text;
    const start = ++this.#at;
    let from = start;
    let out = "";
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code === 0x22) break;
      if (code === 0x5c) {
        out += text.slice(from, this.#at) + this.#escape();
        from = this.#at;
      } else if (code < 0x20) this.#fail("control character in a string");
      else if (Number.isNaN(code)) this.#fail("unterminated string", start - 1);
      else this.#at++;
    }
    out += text.slice(from, this.#at);
    this.#at++;
    return out;
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? "";
    if (letter === "u") {
      const hex = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) this.#fail("bad \\u escape");
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const index = '"\\/bfnrt'.indexOf(letter);
    if (letter === "" || index < 0) this.#fail("bad escape");
    this.#at += 2;
    return '"\\/\b\f\n\r\t'.charAt(index);
  }

  #list(depth: number): Value {
    this.#enter(depth);
    const items: Value[] = [];
    if (this.#take("]")) return items;
    for (;;) {
      items.push(this.value(depth + 1));
      if (this.#take("]")) return items;
      if (!this.#take(",")) this.#fail("expected , or ]");
    }
  }

  #record(depth: number): Value {
    this.#enter(depth);
    const entries = new Map<string, Value>();
    if (this.#take("}")) return entries;
    for (;;) {
      this.#skip();
      if (this.#text.charCodeAt(this.#at) !== 0x22) this.#fail("expected a key in double quotes");
      const key = this.#string();
      if (!this.#take(":")) this.#fail("expected :");
      entries.set(key, this.value(depth + 1));
      if (this.#take("}")) return entries;
      if (!this.#take(",")) this.#fail("expected , or }");
    }
  }

  #enter(depth: number): void {
    if (depth >= maxDepth) this.#fail(`nested deeper than ${maxDepth}`);
    this.#at++;
  }

  #take(char: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #fail(what: string, at = this.#at): never {
    const before = this.#text.slice(0, at);
    const line = before.split("\n").length;
    const column = [...before.slice(before.lastIndexOf("\n") + 1)].length + 1;
    const found = at >= this.#text.length ? ", found the end" : "";
    throw new ValueError("json", `line ${line}, column ${column}: ${what}${found}`, { line, column });
  }
}
