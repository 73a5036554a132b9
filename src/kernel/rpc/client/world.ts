/** The kernels of another process: the `World` over a connection. */
import type { AttachOptions, KernelApi, World } from "../../api.ts";
import type { Kernel, Principal } from "../../types.ts";
import { readKernel, readPrincipal } from "../codec/contexts.ts";
import { items } from "../codec/values.ts";
import type { Connection } from "../connection.ts";
import * as wire from "../generated/kaijutsu.ts";
import { wireVersion } from "../version.ts";
import { KernelClient } from "./kernel.ts";

class WorldClient implements World {
  readonly #connection: Connection;
  readonly #world: wire.World$Client;

  constructor(connection: Connection, world: wire.World$Client) {
    this.#connection = connection;
    this.#world = world;
  }

  async whoami(): Promise<Principal> {
    return readPrincipal((await this.#world.whoami().promise()).identity);
  }

  async listKernels(): Promise<readonly Kernel[]> {
    return items((await this.#world.listKernels().promise()).kernels).map(readKernel);
  }

  async attachKernel(kernel: string, options: AttachOptions = {}): Promise<KernelApi> {
    const results = await this.#world
      .attachKernel((params) => {
        params.id = kernel;
        if (options.context !== undefined) params.context = options.context;
        if (options.instance !== undefined) params.instance = options.instance;
      })
      .promise();
    return new KernelClient(results.kernel);
  }

  async close(): Promise<void> {
    this.#connection.close();
  }
}

/** Greets the peer. Closes the connection and throws `KernelError` refused when the two do not speak the same version. */
export async function openWorld(connection: Connection): Promise<World> {
  try {
    const world = new wire.World$Client(await connection.bootstrap());
    await world
      .hello((params) => {
        params.peer = "kaish";
        params.wireVersion = wireVersion;
      })
      .promise();
    return new WorldClient(connection, world);
  } catch (error) {
    connection.close();
    throw error;
  }
}
