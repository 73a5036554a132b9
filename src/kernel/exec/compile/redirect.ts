import type { Redirect } from "../../../parser/index.ts";
import { after, type MaybePromise, VfsError } from "../../../vfs/index.ts";
import { toText } from "../../value.ts";
import { assign } from "../assign.ts";
import { each, ensure } from "../control.ts";
import { Description, type Descriptors, withDescriptor } from "../descriptors.ts";
import { openTarget, RedirectError } from "../open.ts";
import type { Exec, Runtime, TextOf, Unit } from "../runtime.ts";
import { bytesSource } from "../streams.ts";

/** One redirection, ready: changes `rt.fds`, adding to `opened` what has to be released with it. */
type Apply = (rt: Runtime, opened: Description[]) => MaybePromise<void>;

/** Runs something with the descriptors changed meanwhile. */
export type Redirecting = (rt: Runtime, run: () => MaybePromise<number>) => MaybePromise<number>;

/** `exec` with its descriptors changed for the time it runs. */
export function withRedirects(redirects: readonly Redirect[], exec: Exec, unit: Unit): Exec {
  const redirecting = compileRedirects(redirects, unit);
  return redirecting === undefined ? exec : (rt) => redirecting(rt, () => exec(rt));
}

/** Undefined when there is nothing to redirect. */
export function compileRedirects(redirects: readonly Redirect[], unit: Unit): Redirecting | undefined {
  if (redirects.length === 0) return undefined;
  const steps = redirects.map((redirect) => compileRedirect(redirect, unit));
  return (rt, run) => {
    const saved = rt.fds;
    const opened: Description[] = [];
    return ensure(
      () => after(applyAll(rt, steps, opened), (problem) => (problem === undefined ? run() : refuse(rt, problem))),
      () => {
        rt.fds = keepNamed(saved, rt.fds);
        return each(opened, (description) => description.release());
      },
    );
  };
}

/** `exec >file`: the changes stay. */
export function permanentRedirects(redirects: readonly Redirect[], unit: Unit): Exec {
  const steps = redirects.map((redirect) => compileRedirect(redirect, unit));
  return (rt) => {
    const before = rt.fds;
    const opened: Description[] = [];
    return after(applyAll(rt, steps, opened), (problem) => {
      if (problem !== undefined) {
        rt.fds = before;
        return after(
          each(opened, (description) => description.release()),
          () => refuse(rt, problem),
        );
      }
      return after(settleHolds(before, opened, rt.fds), () => 0);
    });
  };
}

/** A table holds each of its entries once: gives or takes holds so that this is so again. */
function settleHolds(before: Descriptors, opened: readonly Description[], now: Descriptors): MaybePromise<void> {
  const count = (table: Descriptors, description: Description) => table.filter((entry) => entry === description).length;
  const all = new Set([...before, ...opened, ...now].filter((entry) => entry !== undefined));
  return each([...all], (description) => {
    const fresh = named.has(description) && count(before, description) === 0 ? 1 : 0;
    let surplus = count(before, description) + count(opened, description) + fresh - count(now, description);
    for (; surplus < 0; surplus++) description.retain();
    return surplus > 0 ? each(new Array<Description>(surplus).fill(description), (extra) => extra.release()) : undefined;
  });
}

/** `{fd}>file` outlives its command: descriptors from 10 up that were given a name stay. */
function keepNamed(saved: Descriptors, now: Descriptors): Descriptors {
  if (now.length <= 10) return saved;
  let result = saved;
  for (let fd = 10; fd < now.length; fd++) {
    if (now[fd] !== undefined && named.has(now[fd] as Description)) result = withDescriptor(result, fd, now[fd]);
  }
  return result;
}

const named = new WeakSet<Description>();

function refuse(rt: Runtime, problem: unknown): MaybePromise<number> {
  if (!(problem instanceof RedirectError || problem instanceof VfsError)) throw problem;
  const path = problem instanceof VfsError && problem.path !== undefined ? `${problem.path}: ` : "";
  rt.status = 1;
  return after(rt.complain(path + problem.message), () => 1);
}

/** Applies in order; answers the error that stopped it. */
function applyAll(rt: Runtime, steps: readonly Apply[], opened: Description[]): MaybePromise<unknown> {
  try {
    const waiting = each(steps, (step) => step(rt, opened));
    if (waiting instanceof Promise) {
      return waiting.then(
        () => undefined,
        (error: unknown) => error,
      );
    }
    return undefined;
  } catch (error) {
    return error ?? new RedirectError("redirection failed");
  }
}

function compileRedirect(redirect: Redirect, unit: Unit): Apply {
  const place = compilePlace(redirect);
  if (redirect.kind === "heredoc") {
    const body = unit.compilers.text(redirect.body, unit);
    return (rt, opened) => after(body(rt), (text) => place(rt, opened, source(text)));
  }
  const op = redirect.op;
  const target = unit.compilers.text(redirect.target, unit);
  switch (op) {
    case "<<<":
      return (rt, opened) => after(target(rt), (text) => place(rt, opened, source(`${text}\n`)));
    case "<&":
    case ">&":
      return compileDuplicate(redirect, target, place, op);
    case "&>":
    case "&>>":
      return (rt, opened) => after(target(rt), (path) => both(rt, opened, path, op === "&>" ? ">" : ">>"));
    default:
      return (rt, opened) =>
        after(target(rt), (path) => after(openTarget(rt, path, op), (description) => place(rt, opened, description)));
  }
}

function source(text: string): Description {
  return new Description({ source: bytesSource(text) });
}

/** Puts a description at the redirection's descriptor. */
type Place = (rt: Runtime, opened: Description[], description: Description) => void;

function compilePlace(redirect: Redirect): Place {
  const input =
    redirect.kind === "heredoc" || redirect.op === "<" || redirect.op === "<>" || redirect.op === "<<<" || redirect.op === "<&";
  const fd = redirect.fd ?? (input ? 0 : 1);
  const name = redirect.fdName;
  if (name === undefined) {
    return (rt, opened, description) => {
      opened.push(description);
      rt.fds = withDescriptor(rt.fds, fd, description);
    };
  }
  return (rt, _, description) => {
    let free = 10;
    while (rt.fds[free] !== undefined) free++;
    named.add(description);
    rt.fds = withDescriptor(rt.fds, free, description);
    assign(rt, name, free);
  };
}

function both(rt: Runtime, opened: Description[], path: string, op: ">" | ">>"): MaybePromise<void> {
  return after(openTarget(rt, path, op), (description) => {
    opened.push(description);
    rt.fds = withDescriptor(withDescriptor(rt.fds, 1, description), 2, description);
    return undefined;
  });
}

function compileDuplicate(redirect: Extract<Redirect, { kind: "redirect" }>, target: TextOf, place: Place, op: "<&" | ">&"): Apply {
  const fd = redirect.fd ?? (op === "<&" ? 0 : 1);
  return (rt, opened) =>
    after(target(rt), (text) => {
      if (text === "-") {
        const closing = redirect.fdName === undefined ? fd : Number(toText(rt.variables.value(redirect.fdName) ?? ""));
        rt.fds = withDescriptor(rt.fds, closing, undefined);
        return undefined;
      }
      const move = /^([0-9]+)-$/.exec(text);
      const number = move?.[1] ?? text;
      if (!/^[0-9]+$/.test(number)) {
        if (op === ">&" && redirect.fd === undefined) return both(rt, opened, text, ">");
        throw new RedirectError(`${text}: ambiguous redirect`);
      }
      const description = rt.fds[Number(number)];
      if (description === undefined) throw new RedirectError(`${number}: Bad file descriptor`);
      place(rt, opened, description.retain());
      if (move !== null) rt.fds = withDescriptor(rt.fds, Number(number), undefined);
      return undefined;
    });
}
