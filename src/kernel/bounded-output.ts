/**
 * Keeps the first and the last `limit` bytes of a stream, so that output of any size costs 2 × `limit` at most. What it was
 * given is not copied while it is below the limit.
 */
export class BoundedOutput {
  private readonly limit: number;
  private readonly head: Uint8Array[] = [];
  private readonly tail: Uint8Array[] = [];
  private headBytes = 0;
  private tailBytes = 0;
  /** All bytes ever written. */
  size = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** True once something between head and tail was let go. */
  get truncated(): boolean {
    return this.size > this.headBytes + this.tailBytes;
  }

  write(chunk: Uint8Array | string): void {
    let bytes = typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
    this.size += bytes.length;
    const room = this.limit - this.headBytes;
    if (room > 0) {
      const part = bytes.subarray(0, room);
      this.head.push(part);
      this.headBytes += part.length;
      bytes = bytes.subarray(part.length);
    }
    if (bytes.length > 0) this.writeTail(bytes);
  }

  private writeTail(bytes: Uint8Array): void {
    const kept = bytes.subarray(Math.max(0, bytes.length - this.limit));
    this.tail.push(kept);
    this.tailBytes += kept.length;
    let over = this.tailBytes - this.limit;
    while (over > 0) {
      const first = this.tail[0];
      if (first === undefined) return;
      const drop = Math.min(over, first.length);
      if (drop === first.length) this.tail.shift();
      else this.tail[0] = first.subarray(drop);
      this.tailBytes -= drop;
      over -= drop;
    }
  }

  /** Head and tail decoded as UTF-8 (what is not becomes U+FFFD), with a line that says what was left out between. */
  text(): string {
    if (!this.truncated) return Buffer.concat([...this.head, ...this.tail]).toString("utf8");
    const left = this.size - this.headBytes - this.tailBytes;
    return `${Buffer.concat(this.head).toString("utf8")}\n… ${left} bytes left out …\n${Buffer.concat(this.tail).toString("utf8")}`;
  }
}
