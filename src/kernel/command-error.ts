/** An expected failure of a command: printed as `NAME: message`, ends it with `status`. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly status: number;

  constructor(message: string, status = 1, options?: { cause?: unknown }) {
    super(message, options);
    this.status = status;
  }
}
