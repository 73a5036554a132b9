import { CommandError, compareFiles, type ShellPower, testFile } from "../../kernel/command.ts";
import { after, type MaybePromise, type VfsReader } from "../../vfs/index.ts";

/** What `test` may ask. */
export interface TestWorld {
  readonly vfs: VfsReader;
  readonly shell: ShellPower;
  resolve(path: string): string;
  /** True if the descriptor is a terminal. */
  isTerminal(fd: number): boolean;
}

/** Answers an expression of `test` by POSIX's count of arguments, and bash's grammar past four. Throws CommandError status 2. */
export function evaluateTest(args: readonly string[], world: TestWorld): MaybePromise<boolean> {
  return new TestExpression(args, world).all();
}

const binary = new Set(["=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"]);
const unary = /^-[abcdefghknoprstuvwxzGLNOSR]$/;

class TestExpression {
  readonly #args: readonly string[];
  readonly #world: TestWorld;
  #at = 0;

  constructor(args: readonly string[], world: TestWorld) {
    this.#args = args;
    this.#world = world;
  }

  all(): MaybePromise<boolean> {
    return this.#counted(0, this.#args.length);
  }

  #counted(from: number, count: number): MaybePromise<boolean> {
    const [a = "", b = "", c = "", d = ""] = this.#args.slice(from, from + 4);
    switch (count) {
      case 0:
        return false;
      case 1:
        return a !== "";
      case 2:
        if (a === "!") return b === "";
        if (!unary.test(a)) throw new CommandError(`${a}: unary operator expected`, 2);
        return this.#unary(a, b);
      case 3:
        return this.#three(from, a, b, c);
      case 4:
        if (a === "!") return after(this.#counted(from + 1, 3), (yes) => !yes);
        if (a === "(" && d === ")") return this.#counted(from + 1, 2);
        return this.#whole();
      default:
        return this.#whole();
    }
  }

  #three(from: number, a: string, b: string, c: string): MaybePromise<boolean> {
    if (binary.has(b)) return this.#binary(a, b, c);
    if (b === "-a") return a !== "" && c !== "";
    if (b === "-o") return a !== "" || c !== "";
    if (a === "!") return after(this.#counted(from + 1, 2), (yes) => !yes);
    if (a === "(" && c === ")") return b !== "";
    throw new CommandError(`${b}: binary operator expected`, 2);
  }

  #whole(): MaybePromise<boolean> {
    this.#at = 0;
    return after(this.#or(), (yes) => {
      if (this.#at < this.#args.length) throw new CommandError("too many arguments", 2);
      return yes;
    });
  }

  #or(): MaybePromise<boolean> {
    return after(this.#and(), (left) => {
      if (this.#args[this.#at] !== "-o") return left;
      this.#at++;
      return after(this.#or(), (right) => left || right);
    });
  }

  #and(): MaybePromise<boolean> {
    return after(this.#term(), (left) => {
      if (this.#args[this.#at] !== "-a") return left;
      this.#at++;
      return after(this.#and(), (right) => left && right);
    });
  }

  #term(): MaybePromise<boolean> {
    const first = this.#args[this.#at];
    if (first === undefined) throw new CommandError("argument expected", 2);
    const [second, third] = this.#args.slice(this.#at + 1, this.#at + 3);
    if (first === "!") {
      this.#at++;
      return after(this.#term(), (yes) => !yes);
    }
    if (second !== undefined && third !== undefined && binary.has(second)) {
      this.#at += 3;
      return this.#binary(first, second, third);
    }
    if (first === "(") {
      this.#at++;
      return after(this.#or(), (yes) => {
        if (this.#args[this.#at++] !== ")") throw new CommandError("`)' expected", 2);
        return yes;
      });
    }
    if (unary.test(first) && second !== undefined && second !== "-a" && second !== "-o" && second !== ")") {
      this.#at += 2;
      return this.#unary(first, second);
    }
    this.#at++;
    return first !== "";
  }

  #binary(left: string, operator: string, right: string): MaybePromise<boolean> {
    switch (operator) {
      case "=":
      case "==":
        return left === right;
      case "!=":
        return left !== right;
      case "<":
        return Buffer.compare(Buffer.from(left), Buffer.from(right)) < 0;
      case ">":
        return Buffer.compare(Buffer.from(left), Buffer.from(right)) > 0;
      case "-nt":
      case "-ot":
      case "-ef":
        return compareFiles(this.#world.vfs, operator, this.#absolute(left), this.#absolute(right));
      default:
        return compareIntegers(left, operator, right);
    }
  }

  /** "" stays: it names no file. */
  #absolute(path: string): string {
    return path === "" ? "" : this.#world.resolve(path);
  }

  #unary(operator: string, operand: string): MaybePromise<boolean> {
    switch (operator) {
      case "-z":
        return operand === "";
      case "-n":
        return operand !== "";
      case "-o":
        return this.#world.shell.options().get(operand) === true;
      case "-v":
        return this.#isSet(operand);
      case "-R":
        return false;
      case "-t":
        return /^\s*[0-9]+\s*$/.test(operand) && this.#world.isTerminal(Number(operand));
      default:
        return testFile(this.#world.vfs, operator, this.#absolute(operand));
    }
  }

  #isSet(name: string): boolean {
    const element = /^([A-Za-z_][A-Za-z0-9_]*)\[(.*)\]$/s.exec(name);
    const value = this.#world.shell.get(element?.[1] ?? name);
    if (element === null || value === undefined || value === null) return value !== undefined;
    const key = element[2] ?? "";
    if (value instanceof Map) return value.has(key.replace(/^(["'])(.*)\1$/s, "$2"));
    const index = Number(key);
    return Array.isArray(value) ? value.at(index) !== undefined : index === 0;
  }
}

function compareIntegers(left: string, operator: string, right: string): boolean {
  const order = compare(toInteger(left), toInteger(right));
  switch (operator) {
    case "-eq":
      return order === 0;
    case "-ne":
      return order !== 0;
    case "-lt":
      return order < 0;
    case "-le":
      return order <= 0;
    case "-gt":
      return order > 0;
    default:
      return order >= 0;
  }
}

function compare(a: number | bigint, b: number | bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function toInteger(text: string): number | bigint {
  if (/^[0-9]{1,15}$/.test(text)) return Number(text);
  if (!/^\s*[-+]?[0-9]+\s*$/.test(text)) throw new CommandError(`${text}: integer expression expected`, 2);
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text.trim().replace("+", ""));
}
