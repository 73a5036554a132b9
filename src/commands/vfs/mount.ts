import { type Command, CommandError, command, type Value } from "../../kernel/command.ts";
import { rescued } from "../kernel/errors.ts";
import { table } from "../kernel/show.ts";

export const mount: Command = command(
  {
    name: "mount",
    summary: "show a folder at another path, read-only unless said",
    description: "The mount is the kernel's: all its contexts see it, and it is there again when the kernel is next opened.",
    group: "vfs",
    needs: ["kernel"],
    args: [
      { name: "path", help: "where it is shown", means: "path" },
      { name: "source", help: "the folder", means: "path" },
    ],
    flags: { ro: { help: "read-only (the default)" }, rw: { help: "writable" } },
    examples: [
      { run: "mkdir src && echo hi >src/a && mount /mnt/project src && cat /mnt/project/a", stdout: "hi\n" },
      { run: "mkdir src && mount /mnt/project src && echo hi >/mnt/project/a", status: 1 },
      { run: "mount /mnt/project no-such-folder", status: 1 },
    ],
  },
  ({ flags, args }, ctx) =>
    rescued(async () => {
      const [path = "", source = ""] = args;
      if (flags.ro && flags.rw) throw new CommandError("--ro and --rw exclude each other", 2);
      const from = source.includes("://") ? source : ctx.resolve(source);
      await ctx.kernel.api.mount(ctx.resolve(path), from, flags.rw);
      return 0;
    }),
);

export const unmount: Command = command(
  {
    name: "unmount",
    summary: "take a mount away",
    group: "vfs",
    needs: ["kernel"],
    args: [{ name: "path", help: "where it is shown", means: "path" }],
    flags: {},
    examples: [
      {
        run: "mkdir src && mount /mnt/project src && unmount /mnt/project && test -d /mnt/project",
        status: 1,
      },
      { run: "unmount /", status: 1 },
    ],
    aliases: ["umount"],
  },
  ({ args }, ctx) =>
    rescued(async () => {
      await ctx.kernel.api.unmount(ctx.resolve(args[0] ?? ""));
      return 0;
    }),
);

export const mounts: Command = command(
  {
    name: "mounts",
    summary: "list what is mounted",
    group: "vfs",
    needs: ["mounts"],
    args: [],
    flags: {},
    examples: [
      {
        run: "mkdir src && mount /mnt/project src && for m in $(mounts --json); do if [ ${m[path]} = /mnt/project ]; then echo ${m[writable]}; fi; done",
        stdout: "false\n",
      },
    ],
    json: true,
  },
  async (_input, ctx) => {
    const all = [...ctx.mountTable.mounts()].sort((a, b) => (a.path < b.path ? -1 : 1));
    const value = all.map(
      ({ path, backend, writable }) =>
        new Map<string, Value>([
          ["path", path],
          ["type", backend.type],
          ["source", backend.source],
          ["writable", writable],
        ]),
    );
    await ctx.emit(value, () =>
      table(
        ["PATH", "TYPE", "SOURCE", "MODE"],
        all.map(({ path, backend, writable }) => [path, backend.type, backend.source, writable ? "rw" : "ro"]),
      ),
    );
    return 0;
  },
);
