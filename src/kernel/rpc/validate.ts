/**
 * Checks a whole message before any accessor sees it: every pointer lies inside its segment, every length fits, nesting is
 * bounded, and no part is reached twice. So what is read afterwards is at most as large as the message.
 */
import { KernelError } from "../errors.ts";

/** As the C++ implementation; envelopes take a few levels of it. */
const maxDepth = 64;

function malformed(what: string): KernelError {
  return new KernelError("invalid", `malformed message: ${what}`);
}

const listBits = [0, 1, 8, 16, 32, 64, 64] as const;

class Walk {
  readonly #segments: readonly DataView[];
  /** Words that may still be visited. A message is a tree, so each of its words counts once; void elements count one each. */
  #budget: number;

  constructor(segments: readonly DataView[]) {
    this.#segments = segments;
    this.#budget = segments.reduce((sum, view) => sum + view.byteLength / 8, 1024);
  }

  /** Follows the pointer at `offset`, which lies in `view`. */
  pointer(view: DataView, offset: number, depth: number): void {
    const low = view.getUint32(offset, true);
    const high = view.getUint32(offset + 4, true);
    if (low === 0 && high === 0) return;
    switch (low & 3) {
      case 0:
        this.#struct(view, offset + 8 + (low & ~3) * 2, high, depth);
        return;
      case 1:
        this.#list(view, offset + 8 + (low & ~3) * 2, high, depth);
        return;
      case 2:
        this.#far(low, high, depth);
        return;
      default:
        if (low !== 3) throw malformed("unknown pointer");
    }
  }

  #spend(words: number): void {
    this.#budget -= words;
    if (this.#budget < 0) throw malformed("it describes more than it holds");
  }

  #inside(view: DataView, offset: number, words: number): void {
    if (offset < 0 || offset + words * 8 > view.byteLength) throw malformed("a pointer leads out of its segment");
  }

  #struct(view: DataView, offset: number, high: number, depth: number): void {
    const dataWords = high & 0xffff;
    const pointers = high >>> 16;
    this.#inside(view, offset, dataWords + pointers);
    this.#spend(dataWords + pointers);
    this.#pointers(view, offset + dataWords * 8, pointers, depth);
  }

  #pointers(view: DataView, offset: number, count: number, depth: number): void {
    if (count > 0 && depth >= maxDepth) throw malformed("nested too deeply");
    for (let index = 0; index < count; index++) this.pointer(view, offset + index * 8, depth + 1);
  }

  #list(view: DataView, offset: number, high: number, depth: number): void {
    const size = high & 7;
    const count = high >>> 3;
    if (size === 7) {
      this.#composite(view, offset, count, depth);
      return;
    }
    const words = Math.ceil((count * (listBits[size] ?? 0)) / 64);
    this.#inside(view, offset, words);
    this.#spend(size === 0 ? count : words);
    if (size === 6) this.#pointers(view, offset, count, depth);
  }

  #composite(view: DataView, offset: number, words: number, depth: number): void {
    this.#inside(view, offset, words + 1);
    const tag = view.getUint32(offset, true);
    const sizes = view.getUint32(offset + 4, true);
    const count = tag >>> 2;
    const dataWords = sizes & 0xffff;
    const pointers = sizes >>> 16;
    if ((tag & 3) !== 0 || count * (dataWords + pointers) > words) throw malformed("bad list of structs");
    this.#spend(Math.max(words + 1, count));
    const stride = (dataWords + pointers) * 8;
    for (let index = 0; index < count && pointers > 0; index++) {
      this.#pointers(view, offset + 8 + index * stride + dataWords * 8, pointers, depth);
    }
  }

  #far(low: number, segmentId: number, depth: number): void {
    const view = this.#segment(segmentId);
    const pad = (low >>> 3) * 8;
    const double = (low & 4) !== 0;
    this.#inside(view, pad, double ? 2 : 1);
    this.#spend(double ? 2 : 1);
    const padLow = view.getUint32(pad, true);
    const padHigh = view.getUint32(pad + 4, true);
    if (!double) {
      if ((padLow & 3) === 2) throw malformed("a far pointer leads to another");
      this.pointer(view, pad, depth);
      return;
    }
    const tagLow = view.getUint32(pad + 8, true);
    const tagHigh = view.getUint32(pad + 12, true);
    if ((padLow & 7) !== 2 || (tagLow & ~3) !== 0 || (tagLow & 3) > 1) throw malformed("bad far pointer");
    const target = this.#segment(padHigh);
    const offset = (padLow >>> 3) * 8;
    if ((tagLow & 3) === 0) this.#struct(target, offset, tagHigh, depth);
    else this.#list(target, offset, tagHigh, depth);
  }

  #segment(id: number): DataView {
    const view = this.#segments[id];
    if (!view) throw malformed(`there is no part ${id}`);
    return view;
  }
}

/** Throws `KernelError` invalid when anything the root reaches is not well-formed. Each view is one segment. */
export function validateMessage(segments: readonly DataView[]): void {
  const first = segments[0];
  if (!first || first.byteLength < 8) throw malformed("it is empty");
  new Walk(segments).pointer(first, 0, 0);
}
