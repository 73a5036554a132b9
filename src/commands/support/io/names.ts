/** The order of names in the C locale: by the bytes of their UTF-8. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  // UTF-16 sorts pairs of surrogates before U+E000; UTF-8 does not.
  if (/[\ud800-\udfff]/.test(a) || /[\ud800-\udfff]/.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}

export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compareText(a.name, b.name);
}
