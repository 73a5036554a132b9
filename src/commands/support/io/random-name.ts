const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** `length` random letters and digits. */
export function randomName(length: number): string {
  let out = "";
  const bytes = new Uint8Array(64);
  while (out.length < length) {
    crypto.getRandomValues(bytes);
    // Below 248 every letter is as likely as any other.
    for (const byte of bytes) if (byte < 248 && out.length < length) out += letters.charAt(byte % 62);
  }
  return out;
}
