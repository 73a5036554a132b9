/** Errors across the wire: a code, a message and a JSON detail. A fault of ours crosses as `internal` and says no more. */
import { KernelError, type KernelErrorCode } from "../errors.ts";
import { exceptionType, type WireException } from "./envelope.ts";

const codes: ReadonlySet<string> = new Set<KernelErrorCode>([
  "notFound",
  "ambiguous",
  "conflict",
  "illegal",
  "invalid",
  "tooLarge",
  "locked",
  "newer",
  "corrupt",
  "refused",
  "unimplemented",
  "disconnected",
  "cancelled",
  "io",
  "internal",
]);

function isCode(value: unknown): value is KernelErrorCode {
  return typeof value === "string" && codes.has(value);
}

function typeOf(code: KernelErrorCode): number {
  switch (code) {
    case "unimplemented":
      return exceptionType.unimplemented;
    case "disconnected":
      return exceptionType.disconnected;
    default:
      return exceptionType.failed;
  }
}

/** The detail is told only if it is JSON. */
function detailOf(code: KernelErrorCode, data: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify({ code, data });
  } catch {
    return JSON.stringify({ code, data: {} });
  }
}

/** What the peer is told of `error`. */
export function toException(error: unknown): WireException {
  if (!(error instanceof KernelError))
    return { reason: "internal error", type: exceptionType.failed, detail: detailOf("internal", {}) };
  return { reason: error.message, type: typeOf(error.code), detail: detailOf(error.code, error.data) };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseDetail(detail: string): { readonly code?: unknown; readonly data?: unknown } {
  try {
    const parsed: unknown = JSON.parse(detail);
    return isRecord(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

/** The error a call rejects with. A peer that sends no detail of ours is understood by the exception's type. */
export function fromException(exception: WireException): KernelError {
  const { code, data } = parseDetail(exception.detail);
  if (isCode(code)) return new KernelError(code, exception.reason, isRecord(data) ? data : {});
  switch (exception.type) {
    case exceptionType.overloaded:
      return new KernelError("refused", exception.reason);
    case exceptionType.disconnected:
      return new KernelError("disconnected", exception.reason);
    case exceptionType.unimplemented:
      return new KernelError("unimplemented", exception.reason);
    default:
      return new KernelError("internal", exception.reason);
  }
}
