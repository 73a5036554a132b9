import { type Distiller, type DriftRouter, extractiveDistiller, openDrift } from "../../../src/kernel/drift/index.ts";
import type { Store } from "../../../src/kernel/state/index.ts";
import type { Context } from "../../../src/kernel/types.ts";
import { amy, contextsFixture, type Fixture } from "../contexts/fixture.ts";

export interface DriftFixture extends Fixture {
  readonly drift: DriftRouter;
  /** Made when there is none. */
  context(label: string): Promise<Context>;
  say(label: string, ...texts: string[]): Promise<void>;
  contents(label: string): Promise<readonly string[]>;
}

export async function driftFixture(
  store?: Store,
  wrapped?: Store,
  distiller: Distiller = extractiveDistiller(),
): Promise<DriftFixture> {
  const below = await contextsFixture(store, wrapped);
  const { contexts, documents, bus } = below;
  const drift = await openDrift({ store: wrapped ?? below.store, bus, documents, contexts, distillerOf: () => distiller });
  const context = async (label: string): Promise<Context> =>
    contexts.list().find((each) => each.label === label) ?? contexts.create({ label, createdBy: amy, cwd: "/" });
  return {
    ...below,
    drift,
    context,
    say: async (label, ...texts) => {
      const document = await documents.open((await context(label)).id);
      for (const content of texts) await document.create(amy, { role: "user", kind: "text", content });
    },
    contents: async (label) => (await documents.list((await context(label)).id)).map((block) => block.content),
  };
}
