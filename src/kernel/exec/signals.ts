const numbers: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  STKFLT: 16,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  URG: 23,
  XCPU: 24,
  XFSZ: 25,
  VTALRM: 26,
  PROF: 27,
  WINCH: 28,
  IO: 29,
  PWR: 30,
  SYS: 31,
};

/** A signal by `TERM`, `SIGTERM` or `15`; undefined if there is none. 0 only asks whether the target is there. */
export function signalNumber(text: string): { readonly name: string; readonly value: number } | undefined {
  const name = text.toUpperCase().replace(/^SIG/, "");
  if (name === "0") return { name: "0", value: 0 };
  const value = numbers[name];
  if (value !== undefined) return { name, value };
  const found = Object.entries(numbers).find(([, number]) => String(number) === text);
  return found === undefined ? undefined : { name: found[0], value: found[1] };
}
