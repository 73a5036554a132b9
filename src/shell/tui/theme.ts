/** What a piece of text is, for its look. */
export type StyleName =
  | "dim"
  | "bold"
  | "good"
  | "bad"
  | "accent"
  | "place"
  | "drift"
  | "chosen"
  | "command"
  | "flag"
  | "keyword"
  | "string"
  | "variable"
  | "comment";

export interface Theme {
  readonly name: "colour" | "none";
  /** `text` in the style's colours; unchanged without colours. It must hold no line end. */
  style(style: StyleName, text: string): string;
}

const CODES: Readonly<Record<StyleName, readonly [open: string, close: string]>> = {
  dim: ["2", "22"],
  bold: ["1", "22"],
  good: ["32", "39"],
  bad: ["31", "39"],
  accent: ["36", "39"],
  place: ["34", "39"],
  drift: ["35", "39"],
  chosen: ["7", "27"],
  command: ["1", "22"],
  flag: ["36", "39"],
  keyword: ["35", "39"],
  string: ["32", "39"],
  variable: ["36", "39"],
  comment: ["2", "22"],
};

/** Sixteen-colour codes only: they follow the terminal's own light or dark palette. */
export const colourTheme: Theme = {
  name: "colour",
  style: (style, text) => (text === "" ? "" : `\u001b[${CODES[style][0]}m${text}\u001b[${CODES[style][1]}m`),
};

export const plainTheme: Theme = { name: "none", style: (_style, text) => text };

/** NO_COLOR and TERM=dumb win over all else. */
export function themeFor(env: Readonly<Record<string, string | undefined>>): Theme {
  if ((env.NO_COLOR ?? "") !== "" || env.TERM === "dumb" || env.FORCE_COLOR === "0") return plainTheme;
  return colourTheme;
}
