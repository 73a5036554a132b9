import { CommandError } from "../../kernel/command.ts";

/** The kernel's error as it crosses any door: told by its name, for a copy that came over a wire is one too. */
interface KernelFailure extends Error {
  readonly code: string;
  readonly data: Readonly<Record<string, unknown>>;
}

function isKernelFailure(error: unknown): error is KernelFailure {
  return error instanceof Error && error.name === "KernelError" && "code" in error && "data" in error;
}

/** Runs a kernel verb; the kernel's error becomes the command's, with the candidates it names. */
export async function rescued<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!isKernelFailure(error)) throw error;
    const candidates = error.data.candidates;
    const names = Array.isArray(candidates) ? candidates.map(String).filter((name) => !error.message.includes(name)) : [];
    const more = names.length === 0 ? "" : `; there is: ${names.slice(0, 10).join(", ")}`;
    throw new CommandError(`${error.message}${more}`, 1, { cause: error });
  }
}
