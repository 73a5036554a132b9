/** A mode given as octal digits or as `u+rwX,g=u,…`: answers the new mode of a file, or undefined for a text that is no mode. */
export function parseMode(text: string, umask = 0o022): ((old: number, isDirectory: boolean) => number) | undefined {
  if (/^[0-7]{1,5}$/.test(text)) {
    const mode = Number.parseInt(text, 8);
    if (mode > 0o7777) return undefined;
    // As GNU: digits alone do not clear a directory's set-id bits.
    const keeps = text.length < 5;
    return (old, isDirectory) => (keeps && isDirectory ? mode | (old & 0o6000) : mode);
  }
  const clauses = text.split(",").map((clause) => /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]|[0-7]+))+)$/.exec(clause));
  if (clauses.some((clause) => clause === null)) return undefined;
  return (old, isDirectory) => {
    let mode = old;
    for (const clause of clauses) {
      const [, who = "", actions = ""] = clause ?? [];
      for (const [, sign = "", what = ""] of actions.matchAll(/([-+=])([rwxXst]+|[ugo]|[0-7]+|)/g))
        mode = applied(mode, who, sign, what, isDirectory, umask);
    }
    return mode;
  };
}

function applied(mode: number, who: string, sign: string, what: string, isDirectory: boolean, umask: number): number {
  const places = who === "" || who.includes("a") ? "ugo" : who;
  let mask = 0;
  if (places.includes("u")) mask |= 0o4700;
  if (places.includes("g")) mask |= 0o2070;
  if (places.includes("o")) mask |= 0o0007;
  if (places === "ugo" || places.includes("o")) mask |= 0o1000;
  let bits = bitsOf(mode, what, isDirectory) & mask;
  if (who === "") bits &= ~umask;
  if (sign === "+") return mode | bits;
  if (sign === "-") return mode & ~bits;
  const kept = isDirectory && !what.includes("s") ? mask & ~0o6000 : mask;
  return (mode & ~(who === "" ? kept & ~(umask & 0o777) : kept)) | bits;
}

function bitsOf(mode: number, what: string, isDirectory: boolean): number {
  if (/^[0-7]+$/.test(what)) return Number.parseInt(what, 8);
  if (/^[ugo]$/.test(what)) {
    const three = (mode >> { u: 6, g: 3, o: 0 }[what as "u" | "g" | "o"]) & 7;
    return three * 0o111;
  }
  let bits = 0;
  if (what.includes("r")) bits |= 0o444;
  if (what.includes("w")) bits |= 0o222;
  if (what.includes("x") || (what.includes("X") && (isDirectory || (mode & 0o111) !== 0))) bits |= 0o111;
  if (what.includes("s")) bits |= 0o6000;
  if (what.includes("t")) bits |= 0o1000;
  return bits;
}
