import { KernelError } from "../errors.ts";

/** Throws `invalid`. A label may not look like what else addresses a context. */
export function checkLabel(label: string): void {
  if (!/^[A-Za-z0-9_@][A-Za-z0-9_@.-]{0,63}$/.test(label)) {
    throw new KernelError("invalid", `not a context label: ${JSON.stringify(label)} (letters, digits, _ @ . -, at most 64)`, {
      label,
    });
  }
  if (/^[0-9a-f]{6,}$/.test(label)) {
    throw new KernelError("invalid", `not a context label: ${label} could be an id (6 or more digits 0-9 a-f)`, { label });
  }
}

/** `label-1`, `label-2`, …: the first that is free. */
export function freeLabel(label: string, isTaken: (label: string) => boolean): string {
  const stem = label.replace(/-\d+$/, "").slice(0, 56);
  for (let number = 1; ; number++) {
    const candidate = `${stem}-${number}`;
    if (!isTaken(candidate)) return candidate;
  }
}
