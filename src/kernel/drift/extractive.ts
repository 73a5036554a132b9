import { KernelError } from "../errors.ts";
import type { Distiller, DistillRequest } from "./distiller.ts";
import { overlap, rank, wordsOf } from "./rank.ts";
import { type TranscriptEntry, transcriptOf } from "./transcript.ts";

const extractiveModel = "local/extractive";

/** Ranking is quadratic in what sentences share; a longer conversation gives its beginning and, for the greater part, its end. */
const sentenceLimit = 1500;
const wordLimit = 480;
const characterLimit = 4000;
const bulletLength = 280;
/** A bullet that has this much in common with one above it says nothing new. */
const sameness = 0.6;

type Section = "findings" | "decisions" | "questions";

interface Sentence {
  readonly text: string;
  readonly entry: TranscriptEntry;
  readonly section: Section;
  readonly references: readonly string[];
}

/** Sentence ranking without a model; `model` is `local/extractive`. Deterministic. `invalid` when there is nothing to distil. */
export function extractiveDistiller(): Distiller {
  return {
    distill: async (request) => ({ text: briefing(request), model: extractiveModel }),
  };
}

function briefing({ blocks, question, signal }: DistillRequest): string {
  if (signal?.aborted === true) throw new KernelError("cancelled", "distillation was cancelled", {}, { cause: signal.reason });
  const all = transcriptOf(blocks).flatMap(sentencesOf);
  // What was typed to find out is worth telling only if nothing was found out.
  const said = all.filter((sentence) => !sentence.entry.label.endsWith(" command"));
  const sentences = limited(said.length > 0 ? said : all);
  if (sentences.length === 0) throw new KernelError("invalid", "there is nothing to distil: the context says nothing yet");
  const words = wordsOf(sentences.map((sentence) => sentence.text));
  const ranks = rank(words);
  const [asked = new Set<string>()] = wordsOf([question ?? ""]);
  const scores = sentences.map((sentence, at) => score(sentence, ranks[at] ?? 0, words[at] ?? new Set(), asked));
  const best = sentences.map((_, at) => at).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  const references = topReferences(sentences, scores);
  const chosen = choose(best, sentences, words, wordCount(references.join(" ")) + references.length);
  const section = (title: string, name: Section): string => {
    const bullets = chosen.filter((at) => sentences[at]?.section === name).map((at) => `- ${bullet(sentences[at]?.text ?? "")}`);
    return bullets.length === 0 ? "" : [`## ${title}`, ...bullets].join("\n");
  };
  const code = references.length === 0 ? "" : ["## Code references", ...references.map((reference) => `- ${reference}`)].join("\n");
  return [section("Findings", "findings"), section("Decisions", "decisions"), code, section("Open questions", "questions")]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** Places of the sentences to say, in the conversation's order. */
function choose(
  best: readonly number[],
  sentences: readonly Sentence[],
  words: readonly ReadonlySet<string>[],
  used: number,
): readonly number[] {
  const most: Readonly<Record<Section, number>> = { findings: 8, decisions: 6, questions: 5 };
  const counts: Record<Section, number> = { findings: 0, decisions: 0, questions: 0 };
  const chosen: number[] = [];
  // Headings too.
  let wordsUsed = used + 8;
  let characters = 0;
  for (const at of best) {
    const sentence = sentences[at];
    const own = words[at];
    if (sentence === undefined || own === undefined || counts[sentence.section] >= most[sentence.section]) continue;
    const text = bullet(sentence.text);
    if (wordsUsed + wordCount(text) + 1 > wordLimit || characters + text.length > characterLimit) continue;
    if (chosen.some((other) => sentences[other]?.text === sentence.text || overlap(own, words[other] ?? new Set()) >= sameness))
      continue;
    chosen.push(at);
    counts[sentence.section]++;
    wordsUsed += wordCount(text) + 1;
    characters += text.length;
  }
  return chosen.sort((a, b) => a - b);
}

function score(
  { text, entry, section, references }: Sentence,
  ranked: number,
  words: ReadonlySet<string>,
  asked: ReadonlySet<string>,
): number {
  let shared = 0;
  for (const word of asked) if (words.has(word)) shared++;
  const bonus =
    (asked.size === 0 ? 0 : (4 * shared) / asked.size) +
    (references.length > 0 ? 0.6 : 0) +
    (section === "decisions" ? 0.6 : 0) +
    (section === "questions" ? 0.3 : 0) +
    (conclusion.test(entry.text) ? 0.3 : 0);
  // A long sentence shares words with everything.
  const length = Math.max(1, words.size / 25);
  return (weightOf(entry.label) * (isRow(entry.label, text) ? 0.25 : 1) * (ranked + 0.2) * (1 + bonus)) / length;
}

/** A line of a table or a listing: a tool printed it, and it has hardly a word by itself. */
function isRow(label: string, text: string): boolean {
  return label.includes(" output") && (text.match(/(?<=^|[\s("'])\p{L}{2,}(?=[\s,.;:!?)"']|$)/gu) ?? []).length < 4;
}

/** What people and models conclude says more than what tools print. */
function weightOf(label: string): number {
  if (label.endsWith(" command")) return 0.2;
  if (label.includes(" output")) return 0.35;
  if (label.endsWith(" thinking")) return 0.7;
  return label === "drift" ? 1.2 : 1;
}

const conclusion = /\b(?:found|because|root cause|turns out|caused by|confirmed|the (?:bug|problem|reason|fix) is)\b/i;
const decision =
  /\b(?:decid(?:e|ed|ing)|decision|agreed?|chose|chosen|settled on|go(?:ing)? with|we(?:'ll| will| won't)|let's|instead of|the plan is|must(?: not)?|from now on)\b/i;
const openQuestion =
  /\?["')\]]*$|\b(?:open question|todo|unclear|unknown|not sure|not yet|remains to|still need|need to (?:check|find|test|verify))\b/i;

function sentencesOf(entry: TranscriptEntry): readonly Sentence[] {
  const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });
  const isTool = / (?:command|output)/.test(entry.label);
  const texts = entry.text
    .split("\n")
    .flatMap((line) => (isTool ? [line] : [...segmenter.segment(line)].map(({ segment }) => segment)));
  return texts
    .map((text) => text.replace(/^[\s>#*|•-]+|\*\*|__(?=\W|$)/g, "").trim())
    .filter((text) => (isTool ? /\p{L}/u : /[\p{L}\p{N}]/u).test(text) && !text.startsWith("[cut: "))
    .map((text) => ({ text, entry, section: isTool ? "findings" : sectionOf(text), references: referencesOf(text) }));
}

function sectionOf(text: string): Section {
  if (openQuestion.test(text)) return "questions";
  return decision.test(text) ? "decisions" : "findings";
}

const fileEnding = "[cm]?[jt]sx?|rs|py|go|java|rb|c|h|cc|cpp|hpp|cs|sh|kai|sql|md|json|toml|ya?ml|html|css|capnp|swift|kt";
const references = new RegExp(
  [
    "`([^`\\s]{3,80})`",
    // A path: of two folders or more, or from a root, or with an ending; then perhaps a line.
    `((?:(?:\\.{0,2}/)?(?:[\\w@.-]+/){2,}[\\w.-]*\\w|\\.{1,2}/[\\w./-]*\\w|(?:[\\w@.-]+/)*[\\w.-]+\\.(?:${fileEnding})\\b)(?::\\d+(?::\\d+)?)?)`,
    "(\\b[A-Za-z_]\\w*(?:(?:::|\\.)\\w+)*\\(\\))",
    "(\\b[A-Za-z_]\\w*(?:::\\w+)+(?:\\(\\))?)",
  ].join("|"),
  "g",
);

/** Paths, `file:line`, names in backticks, `call()`, `a::b`. */
function referencesOf(text: string): readonly string[] {
  const withoutUrls = text.replace(/\b[a-z]+:\/\/\S+/gi, " ");
  const found = [...withoutUrls.matchAll(references)].map(([whole, quoted]) => quoted ?? whole);
  return found.filter((each) => /[A-Za-z]/.test(each));
}

/** The most telling ones; a place in a file stands for the file. */
function topReferences(sentences: readonly Sentence[], scores: readonly number[]): readonly string[] {
  const weights = new Map<string, number>();
  sentences.forEach(({ references }, at) => {
    for (const found of references) weights.set(found, (weights.get(found) ?? 0) + (scores[at] ?? 0) * (/:\d/.test(found) ? 2 : 1));
  });
  const all = [...weights.keys()];
  return all
    .filter((found) => !all.some((other) => other.startsWith(`${found}:`)))
    .sort((a, b) => (weights.get(b) ?? 0) - (weights.get(a) ?? 0))
    .slice(0, 12);
}

function limited(sentences: readonly Sentence[]): readonly Sentence[] {
  if (sentences.length <= sentenceLimit) return sentences;
  return [...sentences.slice(0, sentenceLimit / 3), ...sentences.slice(-(sentenceLimit * 2) / 3)];
}

function bullet(text: string): string {
  if (text.length <= bulletLength) return text;
  const kept = text.slice(0, bulletLength).replace(/[\uD800-\uDBFF]$/, "");
  const space = kept.lastIndexOf(" ");
  return `${space > bulletLength / 2 ? kept.slice(0, space) : kept}…`;
}

function wordCount(text: string): number {
  return text.split(/\s+/).filter((word) => word !== "").length;
}
