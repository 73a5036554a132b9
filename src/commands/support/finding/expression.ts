import { CommandError } from "../../../kernel/command.ts";
import type { Steps } from "../io/steps.ts";
import { type Test, type TestContext, testWithArgument } from "./tests.ts";
import type { Visit } from "./visit.ts";

/** What an expression can do besides testing. */
export interface Actions {
  print(visit: Visit, end: string): boolean;
  printf(format: string): (visit: Visit) => Steps<boolean>;
  delete(visit: Visit): Steps<boolean>;
  list(visit: Visit): Steps<boolean>;
  execute(
    argv: readonly string[],
    options: { readonly inDirectory: boolean; readonly asks: boolean },
  ): (visit: Visit) => Steps<boolean>;
  executeMany(argv: readonly string[]): (visit: Visit) => Steps<boolean>;
  prune(visit: Visit): boolean;
  quit(): Steps<boolean>;
  empty(visit: Visit): Steps<boolean>;
}

export interface Settings {
  least: number;
  most: number;
  /** What is in a directory before the directory. */
  depthFirst: boolean;
  oneFileSystem: boolean;
  /** The expression prints or does something itself. */
  acts: boolean;
}

/** Parses find's expression. Throws CommandError, status 2. */
export class ExpressionParser {
  readonly #words: readonly string[];
  readonly #ctx: TestContext;
  readonly #actions: Actions;
  readonly settings: Settings = { least: 0, most: Number.POSITIVE_INFINITY, depthFirst: false, oneFileSystem: false, acts: false };
  #at = 0;

  constructor(words: readonly string[], ctx: TestContext, actions: Actions) {
    this.#words = words;
    this.#ctx = ctx;
    this.#actions = actions;
  }

  *parse(): Steps<Test> {
    if (this.#words.length === 0) return () => true;
    const test = yield* this.#comma();
    const word = this.#words[this.#at];
    if (word === ")") throw new CommandError("invalid expression; you have too many ')'", 2);
    if (word !== undefined) throw new CommandError(`paths must precede expression: \`${word}'`, 2);
    return test;
  }

  *#comma(): Steps<Test> {
    let left = yield* this.#or();
    while (this.#take(",")) {
      const [first, second] = [left, yield* this.#or()];
      left = function* (visit) {
        yield* truth(first, visit);
        return yield* truth(second, visit);
      };
    }
    return left;
  }

  *#or(): Steps<Test> {
    let left = yield* this.#and();
    while (this.#take("-o") || this.#take("-or")) {
      const [first, second] = [left, yield* this.#and()];
      left = function* (visit) {
        return (yield* truth(first, visit)) || (yield* truth(second, visit));
      };
    }
    return left;
  }

  *#and(): Steps<Test> {
    let left = yield* this.#not();
    for (;;) {
      const word = this.#words[this.#at];
      if (word === "-a" || word === "-and") this.#at++;
      else if (word === undefined || word === ")" || word === "," || word === "-o" || word === "-or") return left;
      const [first, second] = [left, yield* this.#not()];
      left = function* (visit) {
        return (yield* truth(first, visit)) && (yield* truth(second, visit));
      };
    }
  }

  *#not(): Steps<Test> {
    if (!this.#take("!") && !this.#take("-not")) return yield* this.#primary();
    const inner = yield* this.#not();
    return function* (visit) {
      return !(yield* truth(inner, visit));
    };
  }

  #take(word: string): boolean {
    if (this.#words[this.#at] !== word) return false;
    this.#at++;
    return true;
  }

  #argument(name: string): string {
    const word = this.#words[this.#at++];
    if (word === undefined) throw new CommandError(`missing argument to \`${name}'`, 2);
    return word;
  }

  *#primary(): Steps<Test> {
    const word = this.#words[this.#at++];
    if (word === undefined) throw new CommandError("expected an expression", 2);
    if (word === "(") {
      const inner = yield* this.#comma();
      if (!this.#take(")"))
        throw new CommandError("invalid expression; I was expecting to find a ')' somewhere but did not see one.", 2);
      return inner;
    }
    if (!word.startsWith("-") || word.length < 2) throw new CommandError(`paths must precede expression: \`${word}'`, 2);
    const known = this.#option(word) ?? this.#action(word);
    if (known !== undefined) return known;
    const from = this.#at;
    const text = this.#words[from] ?? "";
    const test = yield* testWithArgument(word, text, this.#ctx);
    if (test === undefined) throw new CommandError(`unknown predicate \`${word}'`, 2);
    this.#argument(word);
    return test;
  }

  #option(word: string): Test | undefined {
    const always: Test = () => true;
    switch (word) {
      case "-maxdepth":
      case "-mindepth": {
        const text = this.#argument(word);
        if (!/^[0-9]+$/.test(text))
          throw new CommandError(`Expected a positive decimal integer argument to ${word}, but got ‘${text}’`, 2);
        this.settings[word === "-maxdepth" ? "most" : "least"] = Number(text);
        return always;
      }
      case "-depth":
      case "-d":
        this.settings.depthFirst = true;
        return always;
      case "-xdev":
      case "-mount":
        this.settings.oneFileSystem = true;
        return always;
      case "-noleaf":
      case "-daystart":
      case "-nowarn":
      case "-warn":
      case "-ignore_readdir_race":
      case "-true":
        return always;
      case "-regextype":
        this.#argument(word);
        return always;
      case "-false":
        return () => false;
      default:
        return undefined;
    }
  }

  #action(word: string): Test | undefined {
    const actions = this.#actions;
    const acts = (test: Test): Test => {
      this.settings.acts = true;
      return test;
    };
    switch (word) {
      case "-print":
        return acts((visit) => actions.print(visit, "\n"));
      case "-print0":
        return acts((visit) => actions.print(visit, "\0"));
      case "-printf":
        return acts(actions.printf(this.#argument(word)));
      case "-ls":
        return acts((visit) => actions.list(visit));
      case "-delete":
        this.settings.depthFirst = true;
        return acts((visit) => actions.delete(visit));
      case "-prune":
        return (visit) => actions.prune(visit);
      case "-quit":
        return acts(() => actions.quit());
      case "-empty":
        return (visit) => actions.empty(visit);
      case "-readable":
      case "-writable":
      case "-executable":
        return accessTest(word);
      case "-exec":
      case "-execdir":
      case "-ok":
        return acts(this.#execution(word));
      default:
        return undefined;
    }
  }

  #execution(word: string): Test {
    const argv: string[] = [];
    for (;;) {
      const next = this.#argument(word);
      if (next === ";") break;
      if (next === "+" && argv.at(-1) === "{}" && word === "-exec") {
        if (argv.length < 2) throw new CommandError(`missing argument to \`${word}'`, 2);
        return this.#actions.executeMany(argv.slice(0, -1));
      }
      argv.push(next);
    }
    if (argv.length === 0) throw new CommandError(`missing argument to \`${word}'`, 2);
    return this.#actions.execute(argv, { inDirectory: word === "-execdir", asks: word === "-ok" });
  }
}

/** By the owner's bits: who "we" are is the mount's affair. */
function accessTest(word: string): Test {
  const bits = { "-readable": 0o444, "-writable": 0o222, "-executable": 0o111 }[word] ?? 0;
  return function* (visit) {
    const { mode, kind } = yield* visit.stat();
    return (mode & bits) !== 0 || (kind !== "file" && kind !== "directory");
  };
}

/** Asks a test. */
export function* truth(test: Test, visit: Visit): Steps<boolean> {
  const result = test(visit);
  return typeof result === "boolean" ? result : yield* result;
}
