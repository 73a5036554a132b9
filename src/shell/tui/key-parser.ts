/** What a person did at the terminal. A key is named with its modifiers in the order ctrl, alt, shift: `ctrl-left`, `alt-b`, `enter`. */
export type InputEvent =
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "text"; readonly text: string }
  /** Line ends are `\n`. */
  | { readonly kind: "paste"; readonly text: string };

const PASTE_END = "\u001b[201~";
const MAX_CONTROL = 4096;

const FINAL_KEYS: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  E: "center",
  H: "home",
  F: "end",
  P: "f1",
  Q: "f2",
  S: "f4",
};

const TILDE_KEYS: Readonly<Record<number, string>> = {
  1: "home",
  2: "insert",
  3: "delete",
  4: "end",
  5: "pageup",
  6: "pagedown",
  7: "home",
  8: "end",
  11: "f1",
  12: "f2",
  13: "f3",
  14: "f4",
  15: "f5",
  17: "f6",
  18: "f7",
  19: "f8",
  20: "f9",
  21: "f10",
  23: "f11",
  24: "f12",
};

const NAMED_CODES: Readonly<Record<number, string>> = { 9: "tab", 13: "enter", 27: "escape", 32: "space", 127: "backspace" };

type State = "ground" | "escape" | "csi" | "ss3" | "string" | "stringEscape" | "paste";

/**
 * Bytes from a terminal to input events. Sequences and characters may be split anywhere between pushes. Replies of the
 * terminal (mouse, focus, colours, positions) are swallowed. It keeps no timer: when `pending`, the owner calls `flush`
 * after the time a lone Escape may take.
 */
export class KeyParser {
  #decoder = new TextDecoder();
  #state: State = "ground";
  /** Parameters of a control sequence, or the last few characters of a paste. */
  #buffer = "";
  #pasted: string[] = [];
  /** The key was preceded by one more Escape. */
  #alt = false;
  #text = "";
  #events: InputEvent[] = [];

  /** True while a started sequence waits for its rest. */
  get pending(): boolean {
    return this.#state !== "ground" && this.#state !== "paste";
  }

  push(bytes: Uint8Array): readonly InputEvent[] {
    const chars = this.#decoder.decode(bytes, { stream: true });
    let at = 0;
    while (at < chars.length) {
      if (this.#state === "paste") {
        at = this.#paste(chars, at);
      } else {
        const char = String.fromCodePoint(chars.codePointAt(at) ?? 0);
        this.#char(char);
        at += char.length;
      }
    }
    return this.#take();
  }

  /** Nothing more came in time: what was pending is what it looks like by itself. */
  flush(): readonly InputEvent[] {
    switch (this.#state) {
      case "escape":
        this.#key("escape", this.#alt ? 2 : 0);
        break;
      case "csi":
      case "ss3":
      case "string":
        // A started sequence with content is a slow line's: it goes on. An empty one was alt and a character.
        if (this.#buffer.length > 1) return [];
        this.#key(this.#buffer, 2);
        break;
      case "ground":
      case "stringEscape":
      case "paste":
        return [];
      default:
        this.#state satisfies never;
    }
    this.#reset();
    return this.#take();
  }

  #take(): readonly InputEvent[] {
    this.#endText();
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #reset(): void {
    this.#state = "ground";
    this.#buffer = "";
    this.#alt = false;
  }

  #endText(): void {
    if (this.#text === "") return;
    this.#events.push({ kind: "text", text: this.#text });
    this.#text = "";
  }

  /** `modifiers` are the bits of xterm: 1 shift, 2 alt, 4 ctrl. */
  #key(name: string, modifiers: number): void {
    this.#endText();
    const prefix = `${modifiers & 4 ? "ctrl-" : ""}${modifiers & 2 ? "alt-" : ""}${modifiers & 1 ? "shift-" : ""}`;
    this.#events.push({ kind: "key", key: prefix + name });
  }

  #paste(chars: string, at: number): number {
    const chunk = chars.slice(at);
    const window = this.#buffer + chunk;
    const end = window.indexOf(PASTE_END);
    this.#pasted.push(chunk);
    if (end < 0) {
      // The end may be split: its beginning stays in sight.
      this.#buffer = window.slice(1 - PASTE_END.length);
      return chars.length;
    }
    const consumed = end + PASTE_END.length - this.#buffer.length;
    const whole = this.#pasted.join("");
    const text = whole.slice(0, whole.length - (window.length - end)).replace(/\r\n?/g, "\n");
    this.#pasted = [];
    this.#reset();
    if (text !== "") this.#events.push({ kind: "paste", text });
    return at + consumed;
  }

  #char(char: string): void {
    switch (this.#state) {
      case "ground":
        this.#ground(char);
        break;
      case "escape":
        this.#escape(char);
        break;
      case "csi":
        this.#csi(char);
        break;
      case "ss3":
        this.#ss3(char);
        break;
      case "string":
        this.#string(char);
        break;
      case "stringEscape":
        this.#reset();
        if (char !== "\\") {
          this.#state = "escape";
          this.#escape(char);
        }
        break;
      case "paste":
        break;
      default:
        this.#state satisfies never;
    }
  }

  #ground(char: string): void {
    if (char === "\u001b") {
      this.#endText();
      this.#state = "escape";
      return;
    }
    const code = char.codePointAt(0) ?? 0;
    const modifiers = this.#alt ? 2 : 0;
    this.#alt = false;
    if (code === 0x0d) this.#key("enter", modifiers);
    else if (code === 0x09) this.#key("tab", modifiers);
    else if (code === 0x7f) this.#key("backspace", modifiers);
    else if (code === 0) this.#key("space", modifiers | 4);
    else if (code <= 26) this.#key(String.fromCharCode(code + 96), modifiers | 4);
    else if (code < 32) this.#key(String.fromCharCode(code + 64), modifiers | 4);
    else if (code >= 0x80 && code < 0xa0) return;
    else if (modifiers !== 0) this.#key(char, modifiers);
    else this.#text += char;
  }

  #escape(char: string): void {
    if (char === "\u001b") {
      // Escape twice: the first was a key of its own, or alt of what follows; readline and we take the latter.
      if (this.#alt) this.#key("escape", 0);
      this.#alt = true;
      return;
    }
    if (char === "[") {
      this.#state = "csi";
      this.#buffer = "[";
    } else if (char === "O") {
      this.#state = "ss3";
      this.#buffer = "O";
    } else if (char === "]" || char === "P" || char === "_" || char === "^" || char === "X") {
      this.#state = "string";
      this.#buffer = char;
    } else {
      this.#state = "ground";
      this.#alt = true;
      this.#ground(char);
    }
  }

  #ss3(char: string): void {
    const name = FINAL_KEYS[char] ?? (char === "R" ? "f3" : char === "M" ? "enter" : undefined);
    const modifiers = this.#alt ? 2 : 0;
    this.#reset();
    if (name !== undefined) this.#key(name, modifiers);
    else if (char < " ") this.#ground(char);
  }

  #string(char: string): void {
    if (char === "\u001b") {
      this.#state = "stringEscape";
    } else if (char === "\u0007" || this.#buffer.length >= MAX_CONTROL) {
      this.#reset();
    } else if (char === "\r") {
      // No reply holds an Enter: the sequence was cut off, and the person must not be locked out.
      this.#reset();
      this.#ground(char);
    } else {
      this.#buffer += char;
    }
  }

  #csi(char: string): void {
    if (char === "\u001b") {
      this.#reset();
      this.#state = "escape";
    } else if (char < " ") {
      this.#reset();
      this.#ground(char);
    } else if (char >= "@" && char <= "~") {
      const parameters = this.#buffer.slice(1);
      const alt = this.#alt ? 2 : 0;
      this.#reset();
      this.#control(parameters, char, alt);
    } else if (this.#buffer.length >= MAX_CONTROL) {
      this.#reset();
    } else {
      this.#buffer += char;
    }
  }

  #control(parameters: string, final: string, alt: number): void {
    if (!/^[\d;:]*$/.test(parameters)) return;
    const [first = "", second = "", third = ""] = parameters.split(";");
    const [bits = "", type = "1"] = second.split(":");
    const modifiers = ((bits === "" ? 1 : Number(bits)) - 1) | alt;
    if (type === "3") return;
    if (final === "~") {
      if (first === "200") this.#state = "paste";
      else if (first === "27") this.#code(Number(third), modifiers);
      else {
        const name = TILDE_KEYS[Number(first)];
        if (name !== undefined) this.#key(name, modifiers & 7);
      }
    } else if (final === "u") {
      if (first !== "") this.#code(Number(first.split(":")[0]), modifiers);
    } else if (final === "Z") {
      this.#key("tab", 1);
    } else {
      const name = FINAL_KEYS[final];
      if (name !== undefined) this.#key(name, modifiers & 7);
    }
  }

  /** A key told by its code point (kitty's protocol, xterm's modifyOtherKeys). */
  #code(code: number, modifiers: number): void {
    const named = NAMED_CODES[code];
    if (named !== undefined && (named !== "space" || (modifiers & 6) !== 0)) {
      this.#key(named, modifiers & 7);
      return;
    }
    // 57344…63743 is where kitty puts keys that are no characters.
    if (!Number.isInteger(code) || code < 32 || code > 0x10ffff || (code >= 57344 && code <= 63743)) return;
    const char = String.fromCodePoint(code);
    if ((modifiers & 6) !== 0) this.#key(char.toLowerCase(), modifiers & 6);
    else this.#text += (modifiers & 1) !== 0 ? char.toUpperCase() : char;
  }
}
