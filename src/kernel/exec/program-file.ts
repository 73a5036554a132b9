/** A file that a command name means. */
export interface Program {
  /** Absolute, in the VFS; with `host` set, a path of the host that the VFS does not show. */
  readonly path: string;
  readonly host: boolean;
  readonly kind: "kai" | "program" | "directory" | "denied";
}
