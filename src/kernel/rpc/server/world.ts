/** The first object of a connection: the kernels of this process, as one principal sees them. */
import type { World } from "../../api.ts";
import { KernelError } from "../../errors.ts";
import { type ServedCapability, serve } from "../capability.ts";
import { putKernel, putPrincipal } from "../codec/contexts.ts";
import { fill, optional, putId } from "../codec/values.ts";
import * as wire from "../generated/kaijutsu.ts";
import { wireVersion } from "../version.ts";
import { openSessions } from "./kernel.ts";

/** The world stays the caller's; only the sessions opened here end with the connection. */
export function worldCapability(world: World, onFault: (error: unknown) => void): ServedCapability {
  const sessions = openSessions(onFault);
  return serve<wire.World$Server$Target>(wire.World$Client, {
    async hello(params, results) {
      if (params.wireVersion !== wireVersion) {
        throw new KernelError(
          "refused",
          `the client speaks wire version ${params.wireVersion}, this kernel speaks ${wireVersion}`,
          {
            client: params.wireVersion,
            server: wireVersion,
          },
        );
      }
      const [first] = await world.listKernels();
      results.server = "kaish";
      results.wireVersion = wireVersion;
      if (first) putId(results._initKernelId(16), first.id);
    },
    async whoami(_params, results) {
      putPrincipal(results._initIdentity(), await world.whoami());
    },
    async listKernels(_params, results) {
      const kernels = await world.listKernels();
      fill(results._initKernels(kernels.length), kernels, putKernel);
    },
    async attachKernel(params, results) {
      const options = {
        ...optional("context", params._hasContext(), () => params.context),
        ...optional("instance", params._hasInstance(), () => params.instance),
      };
      results.kernel = sessions.offer(await world.attachKernel(params.id, options));
    },
  });
}
