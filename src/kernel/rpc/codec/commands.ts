/** What the shell tells about itself on the wire: signatures, completions, history, mounts. */
import type { Completion, Completions, HistoryEntry, MountInfo } from "../../api.ts";
import type { Arg, Example, Flag, Power, Signature } from "../../declaration.ts";
import * as wire from "../generated/kaijutsu.ts";
import { enumCodec, fill, fillTexts, fromUint64, items, optional, optionalBool, readBool, toUint32, toUint64 } from "./values.ts";

function putArg(out: wire.CommandArg, arg: Arg): void {
  out.name = arg.name;
  out.help = arg.help;
  out.optional = optionalBool(arg.optional);
  out.rest = optionalBool(arg.rest);
  if (arg.means) out.means = arg.means;
}

function readArg(arg: wire.CommandArg): Arg {
  return {
    name: arg.name,
    help: arg.help,
    ...readBool("optional", arg.optional),
    ...readBool("rest", arg.rest),
    ...optional("means", arg._hasMeans(), () => arg.means as NonNullable<Arg["means"]>),
  };
}

function putFlag(out: wire.CommandFlag, [key, flag]: readonly [string, Flag]): void {
  out.key = key;
  if (flag.short !== undefined) out.short = flag.short;
  if (flag.aliases) fillTexts(out._initAliases(flag.aliases.length), flag.aliases);
  if (flag.value) out.value = flag.value;
  if (flag.placeholder !== undefined) out.placeholder = flag.placeholder;
  out.repeat = optionalBool(flag.repeat);
  if (flag.optional !== undefined) out.optional = flag.optional;
  out.help = flag.help;
}

function readFlag(flag: wire.CommandFlag): readonly [string, Flag] {
  return [
    flag.key,
    {
      ...optional("short", flag._hasShort(), () => flag.short),
      ...optional("aliases", flag._hasAliases(), () => items(flag.aliases)),
      ...optional("value", flag._hasValue(), () => flag.value as NonNullable<Flag["value"]>),
      ...optional("placeholder", flag._hasPlaceholder(), () => flag.placeholder),
      ...readBool("repeat", flag.repeat),
      ...optional("optional", flag._hasOptional(), () => flag.optional),
      help: flag.help,
    },
  ];
}

function putExample(out: wire.CommandExample, example: Example): void {
  out.run = example.run;
  if (example.help !== undefined) out.help = example.help;
  if (example.stdout !== undefined) out.stdout = example.stdout;
  if (example.status !== undefined) {
    out.hasStatus = true;
    out.status = example.status;
  }
}

function readExample(example: wire.CommandExample): Example {
  return {
    run: example.run,
    ...optional("help", example._hasHelp(), () => example.help),
    ...optional("stdout", example._hasStdout(), () => example.stdout),
    ...optional("status", example.hasStatus, () => example.status),
  };
}

export function putSignature(out: wire.CommandSignature, signature: Signature): void {
  const flags = Object.entries(signature.flags);
  out.name = signature.name;
  out.summary = signature.summary;
  if (signature.description !== undefined) out.description = signature.description;
  out.family = signature.group;
  fillTexts(out._initNeeds(signature.needs.length), signature.needs);
  fill(out._initArgs(signature.args.length), signature.args, putArg);
  fill(out._initFlags(flags.length), flags, putFlag);
  fill(out._initExamples(signature.examples.length), signature.examples, putExample);
  out.json = optionalBool(signature.json);
  if (signature.parse) out.parse = signature.parse;
  if (signature.numeric !== undefined) out.numeric = signature.numeric;
  out.negativeOperands = optionalBool(signature.negativeOperands);
  if (signature.aliases) fillTexts(out._initAliases(signature.aliases.length), signature.aliases);
}

export function readSignature(signature: wire.CommandSignature): Signature {
  return {
    name: signature.name,
    summary: signature.summary,
    ...optional("description", signature._hasDescription(), () => signature.description),
    group: signature.family as Signature["group"],
    needs: items(signature.needs) as Power[],
    args: items(signature.args).map(readArg),
    flags: Object.fromEntries(items(signature.flags).map(readFlag)),
    examples: items(signature.examples).map(readExample),
    ...readBool("json", signature.json),
    ...optional("parse", signature._hasParse(), () => signature.parse as NonNullable<Signature["parse"]>),
    ...optional("numeric", signature._hasNumeric(), () => signature.numeric),
    ...readBool("negativeOperands", signature.negativeOperands),
    ...optional("aliases", signature._hasAliases(), () => items(signature.aliases)),
  };
}

const completionKind = enumCodec<Completion["kind"], wire.CompletionKind>({
  command: wire.CompletionKind.COMMAND,
  flag: wire.CompletionKind.FLAG,
  path: wire.CompletionKind.PATH,
  variable: wire.CompletionKind.VARIABLE,
  context: wire.CompletionKind.CONTEXT,
  value: wire.CompletionKind.VALUE,
});

export function putCompletions(out: wire.Kernel_Complete$Results, completions: Completions): void {
  out.start = toUint32(completions.start);
  out.end = toUint32(completions.end);
  fill(out._initItems(completions.items.length), completions.items, (item, completion) => {
    item.text = completion.text;
    item.kind = completionKind.to(completion.kind);
    if (completion.help !== undefined) item.help = completion.help;
  });
}

export function readCompletions(results: wire.Kernel_Complete$Results): Completions {
  return {
    start: results.start,
    end: results.end,
    items: items(results.items).map((item) => ({
      text: item.text,
      kind: completionKind.need(item.kind),
      ...optional("help", item._hasHelp(), () => item.help),
    })),
  };
}

export function putHistoryEntry(out: wire.HistoryEntry, entry: HistoryEntry): void {
  out.code = entry.code;
  out.at = toUint64(entry.at);
  if (entry.status !== undefined) {
    out.hasStatus = true;
    out.status = entry.status;
  }
}

export function readHistoryEntry(entry: wire.HistoryEntry): HistoryEntry {
  return { code: entry.code, at: fromUint64(entry.at), ...optional("status", entry.hasStatus, () => entry.status) };
}

export function putMount(out: wire.MountInfo, mount: MountInfo): void {
  out.path = mount.path;
  out.type = mount.type;
  out.source = mount.source;
  out.writable = mount.writable;
}

export function readMount(mount: wire.MountInfo): MountInfo {
  return { path: mount.path, type: mount.type, source: mount.source, writable: mount.writable };
}
