import { command } from "../../kernel/command.ts";

const anything = [{ name: "argument", help: "taken and not used", optional: true, rest: true }] as const;

export const trueCommand = command(
  {
    name: "true",
    summary: "do nothing, successfully",
    group: "shell",
    needs: [],
    parse: "raw",
    args: anything,
    flags: {},
    examples: [{ run: "true", status: 0 }],
  },
  () => 0,
);

export const falseCommand = command(
  {
    name: "false",
    summary: "do nothing, unsuccessfully",
    group: "shell",
    needs: [],
    parse: "raw",
    args: anything,
    flags: {},
    examples: [{ run: "false", status: 1 }],
  },
  () => 1,
);

export const colon = command(
  {
    name: ":",
    summary: "do nothing but expand the arguments",
    group: "shell",
    needs: [],
    parse: "raw",
    args: anything,
    flags: {},
    examples: [{ run: ": ${name:=nobody}; echo $name", stdout: "nobody\n" }],
  },
  () => 0,
);
