import type { FileKind, FileStat, VfsReader } from "../../../vfs/index.ts";
import { type Steps, wait } from "../io/steps.ts";

/** Where `find` is. */
interface Place {
  /** As it is printed. */
  readonly path: string;
  readonly absolute: string;
  readonly name: string;
  /** The operand it was found below. */
  readonly root: string;
  readonly depth: number;
  readonly kind: FileKind;
}

/** One entry that `find` looks at. Attributes are read when a test asks for them. */
export class Visit implements Place {
  readonly path: string;
  readonly absolute: string;
  readonly name: string;
  readonly root: string;
  readonly depth: number;
  readonly kind: FileKind;
  readonly #vfs: VfsReader;
  readonly #follow: boolean;
  #stat: FileStat | undefined;

  constructor(vfs: VfsReader, follow: boolean, at: Place) {
    this.#vfs = vfs;
    this.#follow = follow;
    this.path = at.path;
    this.absolute = at.absolute;
    this.name = at.name;
    this.root = at.root;
    this.depth = at.depth;
    this.kind = at.kind;
  }

  *stat(): Steps<FileStat> {
    if (this.#stat === undefined) {
      if (this.#follow) {
        try {
          this.#stat = yield* wait(this.#vfs.stat(this.absolute));
        } catch {
          this.#stat = yield* wait(this.#vfs.lstat(this.absolute));
        }
      } else this.#stat = yield* wait(this.#vfs.lstat(this.absolute));
    }
    return this.#stat;
  }
}
