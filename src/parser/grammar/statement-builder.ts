import type { Command, Pipeline, Span, Stage, Statement } from "../ast.ts";
import type { Building } from "./base.ts";

/** Collects the commands of one statement into pipelines. Offsets are of the text that is parsed. */
export class StatementBuilder {
  readonly start: number;
  pipelineStart: number;
  pipelineEnd: number;
  private stages: Building<Stage>[] = [];
  private negated = false;
  private timed: Pipeline["timed"] | undefined;
  private operator: "&&" | "||" | undefined;
  private head: Pipeline | undefined;
  private rest: Statement["rest"][number][] = [];

  constructor(start: number) {
    this.start = start;
    this.pipelineStart = start;
    this.pipelineEnd = start;
  }

  prefix(negated: boolean, timed: Pipeline["timed"] | undefined): void {
    this.negated = negated;
    this.timed = timed;
  }

  add(command: Command, end: number): void {
    this.stages.push({ command, pipesStderr: false });
    this.pipelineEnd = end;
  }

  pipeStderr(): void {
    const last = this.stages[this.stages.length - 1];
    if (last !== undefined) last.pipesStderr = true;
  }

  /** Ends the pipeline, which covers `span`; the next starts at `start`. */
  join(operator: "&&" | "||", span: Span, start: number): void {
    this.push(this.pipeline(span));
    this.operator = operator;
    this.stages = [];
    this.negated = false;
    this.timed = undefined;
    this.pipelineStart = start;
  }

  finish(span: Span): { first: Pipeline; rest: Statement["rest"] } {
    const last = this.pipeline(span);
    if (this.head === undefined) return { first: last, rest: this.rest };
    this.push(last);
    return { first: this.head, rest: this.rest };
  }

  private push(pipeline: Pipeline): void {
    if (this.head === undefined || this.operator === undefined) this.head = pipeline;
    else this.rest.push({ op: this.operator, pipeline });
  }

  private pipeline(span: Span): Pipeline {
    const { negated, timed, stages } = this;
    return timed === undefined ? { kind: "pipeline", negated, stages, span } : { kind: "pipeline", negated, timed, stages, span };
  }
}
