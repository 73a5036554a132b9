import { KernelError } from "../errors.ts";
import { type PrincipalId, randomPart, systemPrincipalId } from "../ids.ts";
import type { Store } from "../state/index.ts";
import type { Principal } from "../types.ts";
import type { Principals } from "./contexts.ts";

const system: Principal = { id: systemPrincipalId, username: "system", displayName: "System" };

/** The system principal is always among them. */
export async function openPrincipals({ store }: { readonly store: Store }): Promise<Principals> {
  const stored = await store.principals();
  const byId = new Map<PrincipalId, Principal>([system, ...stored].map((principal) => [principal.id, principal]));
  return {
    put: (principal) => put(store, byId, principal),
    get: (id) => byId.get(id),
    list: () => [...byId.values()],
    resolve: (name) => resolve([...byId.values()], name),
    name: (id) => byId.get(id)?.username ?? id,
  };
}

async function put(store: Store, byId: Map<PrincipalId, Principal>, principal: Principal): Promise<void> {
  const { id, username } = principal;
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,63}$/.test(username) || /^[0-9a-f]{12}$/.test(username)) {
    throw new KernelError("invalid", `not a username: ${JSON.stringify(username)} (letters, digits, _ . @ + -, at most 64)`, {
      username,
    });
  }
  const other = [...byId.values()].find((each) => each.username === username);
  if (other !== undefined && other.id !== id) throw new KernelError("conflict", `the username ${username} is taken`, { username });
  const before = byId.get(id);
  byId.set(id, principal);
  try {
    await store.commit([{ kind: "putPrincipal", principal }]);
  } catch (error) {
    if (before === undefined) byId.delete(id);
    else byId.set(id, before);
    throw error;
  }
}

function resolve(all: readonly Principal[], name: string): Principal {
  const exact = all.find((principal) => principal.username === name);
  if (exact !== undefined) return exact;
  const digits = name.toLowerCase();
  const found = /^[0-9a-f-]{6,}$/.test(digits)
    ? all.filter((principal) => principal.id.startsWith(digits) || randomPart(principal.id).startsWith(digits))
    : [];
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const candidates = (found.length > 1 ? found : all).slice(0, 20).map((principal) => principal.username);
  if (found.length > 1)
    throw new KernelError("ambiguous", `${name} could be any of: ${candidates.join(", ")}`, { name, candidates });
  throw new KernelError("notFound", `nobody is called ${name} (there is: ${candidates.join(", ")})`, { name, candidates });
}
