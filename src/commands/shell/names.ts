/** A variable's name. */
export const namePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Signals by number, without SIG; index 0 is EXIT, as `trap` has it. */
export const signalNames: readonly string[] = [
  "EXIT",
  "HUP",
  "INT",
  "QUIT",
  "ILL",
  "TRAP",
  "ABRT",
  "BUS",
  "FPE",
  "KILL",
  "USR1",
  "SEGV",
  "USR2",
  "PIPE",
  "ALRM",
  "TERM",
  "STKFLT",
  "CHLD",
  "CONT",
  "STOP",
  "TSTP",
  "TTIN",
  "TTOU",
  "URG",
  "XCPU",
  "XFSZ",
  "VTALRM",
  "PROF",
  "WINCH",
  "IO",
  "PWR",
  "SYS",
];

/** The name of a signal or condition given as `SIGINT`, `int` or `2`; undefined for none. */
export function signalName(text: string): string | undefined {
  if (/^[0-9]+$/.test(text)) return signalNames[Number(text)];
  const name = text.toUpperCase().replace(/^SIG/, "");
  return signalNames.includes(name) || ["ERR", "DEBUG", "RETURN"].includes(name) ? name : undefined;
}
