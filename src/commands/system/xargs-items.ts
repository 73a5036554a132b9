import { CommandError } from "../../kernel/command.ts";

/** One item, and whether its line ends after it. */
export interface XargsItem {
  readonly text: string;
  readonly endsLine: boolean;
}

/** Cuts text into items as it comes. `push` and `end` answer the items that are complete. */
export interface ItemReader {
  push(text: string): XargsItem[];
  end(): XargsItem[];
}

/** Items that each end at one character (`-0`, `-d`); nothing is special. */
export function delimited(delimiter: string): ItemReader {
  let rest = "";
  return {
    push(text) {
      const parts = (rest + text).split(delimiter);
      rest = parts.pop() ?? "";
      return parts.map((part) => ({ text: part, endsLine: true }));
    },
    end: () => (rest === "" ? [] : [{ text: rest, endsLine: true }]),
  };
}

/** POSIX items: apart by blanks (`lines`: by newlines only, blanks in front dropped), with quotes and backslashes. */
export function quotedItems(lines: boolean): ItemReader {
  let item: string | undefined;
  let quote = "";
  let escaped = false;
  const push = (text: string): XargsItem[] => {
    const items: XargsItem[] = [];
    for (const char of text) {
      if (escaped) {
        item = (item ?? "") + char;
        escaped = false;
      } else if (quote !== "") {
        if (char === "\n") throw unmatched(quote);
        if (char === quote) quote = "";
        else item = (item ?? "") + char;
      } else if (char === "\\") escaped = true;
      else if (char === "'" || char === '"') {
        quote = char;
        item ??= "";
      } else if (char === "\n" || (!lines && (char === " " || char === "\t"))) {
        if (item !== undefined) items.push({ text: item, endsLine: char === "\n" });
        item = undefined;
      } else if (item !== undefined || (char !== " " && char !== "\t")) item = (item ?? "") + char;
    }
    return items;
  };
  return {
    push,
    end() {
      if (quote !== "") throw unmatched(quote);
      return item === undefined ? [] : [{ text: item, endsLine: true }];
    },
  };
}

function unmatched(quote: string): CommandError {
  const kind = quote === "'" ? "single" : "double";
  return new CommandError(`unmatched ${kind} quote; by default quotes are special to xargs unless you use the -0 option`);
}
