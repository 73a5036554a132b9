const SEQUENCE =
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[P_^X][^\u001b]*\u001b\\|[ -/]+[0-~]|[0-OQ-WYZ`-~\\])|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;
const UNFINISHED = /\u001b(?:\[[0-?]*[ -/]*|\][^\u0007\u001b]*\u001b?|[P_^X][^\u001b]*\u001b?|[ -/]*)?$/;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
const COLOUR = /^\u001b\[([0-9;:]*)m$/;
const LINK = /^\u001b\]8;([^;]*);(.*?)(?:\u0007|\u001b\\)$/;
const MAX_UNFINISHED = 4096;
const MAX_COLOURS = 256;

const RESET = "\u001b[0m";
const LINK_END = "\u001b]8;;\u001b\\";

/**
 * Lets text, tab, line end, carriage return, colours (SGR) and links (OSC 8) through; drops every other control: cursor
 * movement, titles, clipboard, device control, C1. Sequences may be split between pushes.
 */
export class OutputFilter {
  #carry = "";
  #colours = "";
  #linked = false;

  push(chunk: string): string {
    let text = this.#carry + chunk;
    this.#carry = "";
    if (!CONTROL.test(text)) return text;
    const cut = UNFINISHED.exec(text);
    if (cut !== null && cut[0].length <= MAX_UNFINISHED) {
      this.#carry = cut[0];
      text = text.slice(0, cut.index);
    }
    return text.replace(SEQUENCE, (sequence) => this.#kept(sequence));
  }

  /** What puts the terminal back to plain text after what was pushed; empty when it is plain. */
  closing(): string {
    const closing = (this.#linked ? LINK_END : "") + (this.#colours === "" ? "" : RESET);
    this.#linked = false;
    return closing;
  }

  /** What brings the colours back that `closing` ended. */
  opening(): string {
    return this.#colours;
  }

  #kept(sequence: string): string {
    const colour = COLOUR.exec(sequence);
    if (colour !== null) {
      const parameters = colour[1] ?? "";
      const resets = /^(?:0*)(?:;|$)/.test(parameters);
      const grown = (resets ? "" : this.#colours) + (/^0*$/.test(parameters) ? "" : sequence);
      this.#colours = grown.length > MAX_COLOURS ? sequence : grown;
      return sequence;
    }
    const link = LINK.exec(sequence);
    if (link !== null) {
      this.#linked = link[2] !== "";
      return `\u001b]8;${link[1]};${link[2]}\u001b\\`;
    }
    return "";
  }
}

/** Whole text made safe to print: colours and links stay and are closed at the end. */
export function sanitizeText(text: string): string {
  if (!CONTROL.test(text)) return text;
  const filter = new OutputFilter();
  const safe = overwriteLines(filter.push(text));
  return safe + filter.closing();
}

/** Whole text without any escape or control but tab and line end. */
export function plainText(text: string): string {
  return CONTROL.test(text) ? overwriteLines(text.replace(SEQUENCE, "").replace(/\u001b/g, "")) : text;
}

/** What a terminal would still show of lines that were written over after a carriage return (roughly: the last writing). */
export function overwriteLines(text: string): string {
  if (!text.includes("\r")) return text;
  return text
    .split("\n")
    .map((line) => overwriteLine(line.endsWith("\r") ? line.slice(0, -1) : line))
    .join("\n");
}

function overwriteLine(line: string): string {
  if (!line.includes("\r")) return line;
  return line.split("\r").findLast((part) => part !== "") ?? "";
}
