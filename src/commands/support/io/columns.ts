/** Names with commas between, in lines of `width`. */
export function commaLines(cells: readonly string[], width: number): string {
  let out = "";
  let column = 0;
  for (const [index, cell] of cells.entries()) {
    const last = index === cells.length - 1;
    if (index > 0) {
      const breaks = column + cell.length + (last ? 0 : 1) + 1 > width;
      out += breaks ? "\n" : " ";
      column = breaks ? 0 : column + 1;
    }
    out += cell + (last ? "" : ",");
    column += cell.length + 1;
  }
  return out === "" ? "" : `${out}\n`;
}

/** Down, then across, in as many columns as fit; two spaces between. */
export function columnLines(cells: readonly string[], width: number): string {
  const sizes = cells.map((cell) => displayWidth(cell));
  for (let columns = Math.min(cells.length, Math.max(1, Math.floor(width / 3))); columns >= 1; columns--) {
    const rows = Math.ceil(cells.length / columns);
    if (columns > 1 && Math.ceil(cells.length / rows) !== columns) continue;
    const widths = Array.from({ length: columns }, (_, column) => Math.max(...sizes.slice(column * rows, (column + 1) * rows)) + 2);
    if (columns > 1 && widths.reduce((sum, size) => sum + size, 0) - 2 >= width) continue;
    let out = "";
    for (let row = 0; row < rows; row++) {
      let start = 0;
      for (let column = 0, at = row; at < cells.length; column++, at += rows) {
        const cell = cells[at] as string;
        const more = at + rows < cells.length;
        out += more ? cell + indent(start + (sizes[at] as number), start + (widths[column] as number)) : cell;
        start += widths[column] as number;
      }
      out += "\n";
    }
    return out;
  }
  return "";
}

/** Columns that a name takes: East Asian wide characters and emoji take two, combining marks none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const char of text) {
    if (/\p{Mn}|\p{Me}|\p{Cf}|\p{Cc}/u.test(char)) continue;
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        char,
      )
        ? 2
        : 1;
  }
  return width;
}

/** As GNU pads: with tabs where one fits. */
function indent(from: number, to: number): string {
  let out = "";
  for (let at = from; at < to; ) {
    const tab = Math.floor(to / 8) > Math.floor((at + 1) / 8);
    out += tab ? "\t" : " ";
    at += tab ? 8 - (at % 8) : 1;
  }
  return out;
}
