/** As GNU's `sort -V` and `ls -v`: digits by value, letters before other characters, `~` before everything. */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const [stemA, stemB] = [withoutSuffix(a), withoutSuffix(b)];
  return compareParts(stemA, stemB) || compareParts(a, b);
}

/** Without `(\.[A-Za-z~][A-Za-z0-9~]*)*` at the end. */
function withoutSuffix(text: string): string {
  return text.replace(/(?:\.[A-Za-z~][A-Za-z0-9~]*)+$/, "") || text;
}

function rank(code: number | undefined): number {
  if (code === undefined) return 0;
  if (code === 126) return -1;
  if (code >= 48 && code <= 57) return 0;
  const letter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  return letter ? code : code + 256;
}

const isDigit = (code: number | undefined) => code !== undefined && code >= 48 && code <= 57;

function compareParts(a: string, b: string): number {
  let i = 0;
  let j = 0;
  const at = (text: string, index: number) => (index < text.length ? text.charCodeAt(index) : undefined);
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(at(a, i))) || (j < b.length && !isDigit(at(b, j)))) {
      const difference = rank(at(a, i)) - rank(at(b, j));
      if (difference !== 0) return difference;
      i++;
      j++;
    }
    while (at(a, i) === 48) i++;
    while (at(b, j) === 48) j++;
    let first = 0;
    while (isDigit(at(a, i)) && isDigit(at(b, j))) {
      if (first === 0) first = (at(a, i) ?? 0) - (at(b, j) ?? 0);
      i++;
      j++;
    }
    if (isDigit(at(a, i))) return 1;
    if (isDigit(at(b, j))) return -1;
    if (first !== 0) return first;
  }
  return 0;
}
