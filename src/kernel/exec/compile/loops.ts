import type { ForArithCommand, ForCommand, WhileCommand, Word } from "../../../parser/index.ts";
import { after, type MaybePromise } from "../../../vfs/index.ts";
import type { Value } from "../../command.ts";
import { isList, isRecord, toText } from "../../value.ts";
import { assign } from "../assign.ts";
import { breathe, due, Fault } from "../control.ts";
import type { Exec, Fields, Runtime, Unit, ValueOf } from "../runtime.ts";
import { compileFields, inOrder } from "./fields.ts";
import { quietly } from "./quiet.ts";

/** Does one round; false ends the loop. */
type Round = () => MaybePromise<boolean>;

/** Runs rounds until one says no; every so often the event loop gets its turn. */
function drive(rt: Runtime, round: Round): MaybePromise<void> {
  for (;;) {
    const more = round();
    if (typeof more !== "boolean") return driveLater(rt, round, more);
    if (!more) return;
    if (due()) return driveLater(rt, round, pause());
  }
}

async function pause(): Promise<boolean> {
  await breathe();
  return true;
}

async function driveLater(rt: Runtime, round: Round, first: Promise<boolean>): Promise<void> {
  let more = await first;
  for (;;) {
    if (rt.signal.aborted) rt.checkAbort();
    if (!more || rt.leave?.kind === "exit") return;
    if (due()) await breathe();
    const next = round();
    more = typeof next === "boolean" ? next : await next;
  }
}

/** After a body: obeys `break` and `continue`. True: the loop goes on. */
function goesOn(rt: Runtime): boolean {
  const leave = rt.leave;
  if (leave === null) return true;
  if (leave.kind !== "break" && leave.kind !== "continue") return false;
  if (leave.levels > 1) {
    rt.leave = { kind: leave.kind, levels: leave.levels - 1 };
    return false;
  }
  rt.leave = null;
  return leave.kind === "continue";
}

/** A loop's frame: its status is the last body's. */
interface Loop {
  status: number;
}

function runLoop(rt: Runtime, makeRound: (loop: Loop) => Round): MaybePromise<number> {
  const loop: Loop = { status: 0 };
  rt.loopDepth++;
  const waiting = drive(rt, makeRound(loop));
  if (waiting instanceof Promise) {
    return waiting.then(() => {
      rt.loopDepth--;
      return loop.status;
    });
  }
  rt.loopDepth--;
  return loop.status;
}

/** Runs a body as part of a round. */
function bodyRound(rt: Runtime, loop: Loop, body: Exec): MaybePromise<boolean> {
  const result = body(rt);
  if (typeof result === "number") {
    loop.status = result;
    return rt.leave === null || goesOn(rt);
  }
  return result.then((status) => {
    loop.status = status;
    return goesOn(rt);
  });
}

export function compileWhile(node: WhileCommand, unit: Unit): Exec {
  const condition = quietly(unit.compilers.statements(node.condition, unit));
  const body = unit.compilers.statements(node.body, unit);
  const wanted = (status: number) => (status === 0) !== node.until;
  return (rt) =>
    runLoop(rt, (loop) => {
      const decide = (status: number): MaybePromise<boolean> => {
        if (rt.leave !== null) return goesOn(rt);
        return wanted(status) ? bodyRound(rt, loop, body) : false;
      };
      return () => {
        const status = condition(rt);
        return typeof status === "number" ? decide(status) : status.then(decide);
      };
    });
}

export function compileForArith(node: ForArithCommand, unit: Unit): Exec {
  const init = node.init === undefined ? undefined : unit.compilers.arithmetic(node.init, unit);
  const condition: ValueOf = node.condition === undefined ? () => 1 : unit.compilers.arithmetic(node.condition, unit);
  const update = node.update === undefined ? undefined : unit.compilers.arithmetic(node.update, unit);
  const body = unit.compilers.statements(node.body, unit);
  return (rt) =>
    after(init?.(rt), () =>
      runLoop(rt, (loop) => {
        let first = true;
        const decide = (value: Value): MaybePromise<boolean> => (isTrue(value) ? bodyRound(rt, loop, body) : false);
        const test = (): MaybePromise<boolean> => {
          const value = condition(rt);
          return value instanceof Promise ? value.then(decide) : decide(value);
        };
        return () => {
          if (first || update === undefined) {
            first = false;
            return test();
          }
          const waiting = update(rt);
          return waiting instanceof Promise ? waiting.then(test) : test();
        };
      }),
    );
}

function isTrue(value: Value): boolean {
  return value !== 0 && value !== 0n;
}

export function compileFor(node: ForCommand, unit: Unit): Exec {
  const values = node.words === undefined ? positional : compileHead(node.words, unit);
  const body = unit.compilers.statements(node.body, unit);
  const name = node.name;
  return (rt) => {
    const list: Value[] = [];
    return after(values(rt, list), () =>
      runLoop(rt, (loop) => {
        let index = 0;
        return () => {
          if (index >= list.length) return false;
          assignLoopVariable(rt, name, list[index++] as Value);
          return bodyRound(rt, loop, body);
        };
      }),
    );
  };
}

function assignLoopVariable(rt: Runtime, name: string, value: Value): void {
  const slot = rt.variables.write(name);
  if (slot.plain) slot.value = value;
  else assign(rt, name, value);
}

const positional: Fields = (rt, out) => {
  for (const value of rt.positional) out.push(value);
};

/** The words after `in`. A pattern without a match is no round; `$(…)` gives lines or elements, a variable its elements. */
export function compileHead(words: readonly Word[], unit: Unit): Fields {
  return inOrder(words.map((word) => compileHeadWord(word, unit)));
}

function compileHeadWord(word: Word, unit: Unit): Fields {
  const [part] = word.parts;
  if (word.parts.length !== 1 || part === undefined || word.spread) return compileFields(word, unit, "nothing");
  if (part.kind !== "command" && part.kind !== "param") return compileFields(word, unit, "nothing");
  const [piece] = unit.compilers.pieces([part], unit, false);
  if (piece?.kind !== "one") return compileFields(word, unit, "nothing");
  const get = piece.get;
  if (part.kind === "command") return (rt, out) => after(get(rt), (value) => addElements(value, out, addLines));
  const source = unit.source.slice(part.span.start, part.span.end);
  return (rt, out) =>
    after(get(rt), (value) => {
      addElements(value, out, (text) => {
        if (/\s/.test(text))
          throw new Fault(`for … in ${source}: the string has white space: write \`for x in $(words ${source})\` or "${source}"`);
        if (text !== "") out.push(value as Value);
      });
    });
}

function addElements(value: Value | undefined, out: Value[], addText: (text: string, out: Value[]) => void): void {
  if (value === undefined) return;
  if (isList(value)) for (const item of value) out.push(item);
  else if (isRecord(value)) for (const key of value.keys()) out.push(key);
  else addText(toText(value), out);
}

function addLines(text: string, out: Value[]): void {
  if (text === "") return;
  for (const line of text.split("\n")) out.push(line);
}
