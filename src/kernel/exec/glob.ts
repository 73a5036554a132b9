import { after, type DirEntry, type MaybePromise, VfsError } from "../../vfs/index.ts";
import { compilePattern, type Pattern, type PatternSegment } from "../command.ts";
import { breathe, each, overdue } from "./control.ts";
import type { Runtime } from "./runtime.ts";

/** One component of a path with patterns: a fixed name, a pattern, or `**`. */
type Step =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "pattern"; readonly pattern: Pattern }
  | { readonly kind: "deep" };

/**
 * The paths that match, sorted by bytes. Names that begin with a dot match only where the pattern has the dot. What cannot
 * be read matches nothing.
 */
export function glob(rt: Runtime, segments: readonly PatternSegment[]): MaybePromise<readonly string[]> {
  const parts = splitPath(segments);
  const absolute = parts.length > 1 && (parts[0] as PatternSegment[]).every((segment) => segment.text === "");
  const wantsDirectory = (parts.at(-1) as PatternSegment[]).every((segment) => segment.text === "");
  const steps = parts.filter((part) => part.some((segment) => segment.text !== "")).map((part) => toStep(part, rt));
  const walk = new Walk(rt, steps, wantsDirectory);
  return after(walk.from(absolute ? "/" : "", 0), () => [...new Set(walk.found)].sort(byBytes));
}

function splitPath(segments: readonly PatternSegment[]): PatternSegment[][] {
  const parts: PatternSegment[][] = [[]];
  for (const segment of segments) {
    segment.text.split("/").forEach((text, index) => {
      if (index > 0) parts.push([]);
      (parts.at(-1) as PatternSegment[]).push({ text, active: segment.active });
    });
  }
  return parts;
}

function toStep(part: readonly PatternSegment[], rt: Runtime): Step {
  if (part.length === 1 && part[0]?.active === true && part[0].text === "**") return { kind: "deep" };
  const pattern = compilePattern(part, {
    extglob: true,
    period: rt.shopts.get("dotglob") !== true,
    nocase: rt.shopts.get("nocaseglob") === true,
  });
  return pattern.constant === undefined ? { kind: "pattern", pattern } : { kind: "name", name: pattern.constant };
}

function byBytes(a: string, b: string): number {
  if (a === b) return 0;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

class Walk {
  readonly found: string[] = [];
  private readonly rt: Runtime;
  private readonly steps: readonly Step[];
  private readonly wantsDirectory: boolean;

  constructor(rt: Runtime, steps: readonly Step[], wantsDirectory: boolean) {
    this.rt = rt;
    this.steps = steps;
    this.wantsDirectory = wantsDirectory;
  }

  /** `prefix` is "" or ends with a slash. */
  from(prefix: string, at: number): MaybePromise<void> {
    const step = this.steps[at];
    if (step === undefined) {
      if (prefix !== "") this.found.push(this.wantsDirectory || prefix === "/" ? prefix : prefix.slice(0, -1));
      return;
    }
    const last = at === this.steps.length - 1;
    if (step.kind === "name") return this.name(prefix, step.name, at, last);
    return after(this.entries(prefix), (entries) => {
      const visit = step.kind === "deep" ? this.deep(prefix, at, last) : this.match(prefix, step.pattern, at, last);
      const run = () => {
        if (step.kind === "deep") {
          // `**` stands for no directory too; as the last step it gives the directory itself.
          const none = last ? this.here(prefix) : this.from(prefix, at + 1);
          return after(none, () => each(entries, visit));
        }
        return each(entries, visit);
      };
      return overdue() ? breathe().then(run) : run();
    });
  }

  private here(prefix: string): void {
    if (prefix !== "") this.found.push(prefix);
  }

  private name(prefix: string, name: string, at: number, last: boolean): MaybePromise<void> {
    if (!last) return after(this.isDirectory(prefix + name), (yes) => (yes ? this.from(`${prefix}${name}/`, at + 1) : undefined));
    return after(this.exists(prefix + name), (yes) => (yes ? this.take(prefix + name) : undefined));
  }

  private match(prefix: string, pattern: Pattern, at: number, last: boolean): (entry: DirEntry) => MaybePromise<void> {
    return (entry) => {
      if (!pattern.matches(entry.name)) return;
      const path = prefix + entry.name;
      if (last) return this.take(path, entry);
      if (entry.kind !== "directory" && entry.kind !== "symlink") return;
      return after(this.isDirectory(path, entry), (yes) => (yes ? this.from(`${path}/`, at + 1) : undefined));
    };
  }

  private deep(prefix: string, at: number, last: boolean): (entry: DirEntry) => MaybePromise<void> {
    return (entry) => {
      if (entry.name.startsWith(".") && this.rt.shopts.get("dotglob") !== true) return;
      const path = prefix + entry.name;
      if (entry.kind === "directory") {
        if (last && !this.wantsDirectory) this.found.push(path);
        return this.within(`${path}/`, at, last);
      }
      if (last && !this.wantsDirectory) this.found.push(path);
    };
  }

  /** Goes on with the same `**` inside a directory. */
  private within(prefix: string, at: number, last: boolean): MaybePromise<void> {
    if (!last) return this.from(prefix, at);
    return after(this.entries(prefix), (entries) => {
      if (this.wantsDirectory) this.found.push(prefix);
      const visit = this.deep(prefix, at, last);
      return overdue() ? breathe().then(() => each(entries, visit)) : each(entries, visit);
    });
  }

  private take(path: string, entry?: DirEntry): MaybePromise<void> {
    if (!this.wantsDirectory) {
      this.found.push(path);
      return;
    }
    return after(this.isDirectory(path, entry), (yes) => {
      if (yes) this.found.push(`${path}/`);
    });
  }

  private absolute(path: string): string {
    if (path.startsWith("/")) return path;
    return this.rt.cwd === "/" ? `/${path}` : `${this.rt.cwd}/${path}`;
  }

  private entries(prefix: string): MaybePromise<readonly DirEntry[]> {
    if (this.rt.signal.aborted) return [];
    return lenient(() => this.rt.shared.host.vfs.readdir(this.absolute(prefix === "" ? "." : prefix)), []);
  }

  private isDirectory(path: string, entry?: DirEntry): MaybePromise<boolean> {
    if (entry?.kind === "directory") return true;
    return lenient(() => after(this.rt.shared.host.vfs.stat(this.absolute(path)), (stat) => stat.kind === "directory"), false);
  }

  private exists(path: string): MaybePromise<boolean> {
    return lenient(() => after(this.rt.shared.host.vfs.lstat(this.absolute(path)), () => true), false);
  }
}

/** The answer, or `otherwise` where the file system says no. */
function lenient<T>(ask: () => MaybePromise<T>, otherwise: T): MaybePromise<T> {
  const rescue = (error: unknown): T => {
    if (error instanceof VfsError) return otherwise;
    throw error;
  };
  try {
    const answer = ask();
    return answer instanceof Promise ? answer.catch(rescue) : answer;
  } catch (error) {
    return rescue(error);
  }
}
