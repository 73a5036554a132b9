import { formatBlockId, isId, type PrincipalId, parseBlockId, parseId } from "../ids.ts";
import type { BlockNames, Contexts, Principals } from "./contexts.ts";

/** The context by its short id, the author by username (by the whole id when unknown here). */
export function blockNames(contexts: Contexts, principals: Principals): BlockNames {
  return {
    format: (id) => formatBlockId(contexts.get(id.contextId).shortId, principals.name(id.principalId), id.seq),
    parse: (text, from) => {
      const { context, principal, seq } = parseBlockId(text);
      return {
        contextId: context === undefined ? from.contextId : contexts.resolve(context, from.contextId).id,
        principalId:
          principal === undefined
            ? from.principalId
            : isId(principal)
              ? parseId<PrincipalId>(principal)
              : principals.resolve(principal).id,
        seq,
      };
    },
  };
}
