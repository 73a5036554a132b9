import type { ArithCommand, CaseCommand, IfCommand } from "../../../parser/index.ts";
import { after, type MaybePromise } from "../../../vfs/index.ts";
import type { Exec, Runtime, Unit } from "../runtime.ts";
import { compileWordPattern } from "./patterns.ts";
import { quietly } from "./quiet.ts";

export function compileIf(node: IfCommand, unit: Unit): Exec {
  const clauses = node.clauses.map((clause) => ({
    condition: quietly(unit.compilers.statements(clause.condition, unit)),
    body: unit.compilers.statements(clause.body, unit),
  }));
  const otherwise = node.otherwise === undefined ? undefined : unit.compilers.statements(node.otherwise, unit);
  const from = (rt: Runtime, index: number): MaybePromise<number> => {
    for (let i = index; i < clauses.length; i++) {
      const clause = clauses[i];
      if (clause === undefined) break;
      const status = clause.condition(rt);
      if (typeof status !== "number") {
        return status.then((done) => {
          if (rt.leave !== null) return done;
          return done === 0 ? clause.body(rt) : from(rt, i + 1);
        });
      }
      if (rt.leave !== null) return status;
      if (status === 0) return clause.body(rt);
    }
    return otherwise === undefined ? 0 : otherwise(rt);
  };
  return (rt) => from(rt, 0);
}

export function compileArithCommand(node: ArithCommand, unit: Unit): Exec {
  const value = unit.compilers.arithmetic(node.expr, unit);
  return (rt) => {
    const result = value(rt);
    return result instanceof Promise ? result.then((done) => (done === 0 ? 1 : 0)) : result === 0 ? 1 : 0;
  };
}

export function compileCase(node: CaseCommand, unit: Unit): Exec {
  const subject = unit.compilers.text(node.subject, unit);
  const items = node.items.map((item) => ({
    patterns: item.patterns.map((word) => compileWordPattern(word, unit, true)),
    body: unit.compilers.statements(item.body, unit),
    end: item.end,
  }));
  type Item = (typeof items)[number];

  const matches = (rt: Runtime, text: string, item: Item, at: number): MaybePromise<boolean> => {
    for (let i = at; i < item.patterns.length; i++) {
      const pattern = item.patterns[i]?.(rt);
      if (pattern instanceof Promise) return pattern.then((done) => done.matches(text) || matches(rt, text, item, i + 1));
      if (pattern?.matches(text) === true) return true;
    }
    return false;
  };
  const runFrom = (rt: Runtime, text: string, index: number): MaybePromise<number> => {
    const item = items[index];
    if (item === undefined) return 0;
    return after(item.body(rt), (status) => {
      if (rt.leave !== null || item.end === ";;" || index + 1 >= items.length) return status;
      if (item.end === ";&") return runFrom(rt, text, index + 1);
      return search(rt, text, index + 1, status);
    });
  };
  const search = (rt: Runtime, text: string, from: number, status: number): MaybePromise<number> => {
    for (let i = from; i < items.length; i++) {
      const found = matches(rt, text, items[i] as Item, 0);
      if (found instanceof Promise) return found.then((yes) => (yes ? runFrom(rt, text, i) : search(rt, text, i + 1, status)));
      if (found) return runFrom(rt, text, i);
    }
    return status;
  };
  return (rt) => after(subject(rt), (text) => search(rt, text, 0, 0));
}
