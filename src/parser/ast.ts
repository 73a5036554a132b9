/**
 * The syntax tree of kai. Every node is a plain readonly object discriminated on `kind`, so it can be
 * hashed, printed and sent as JSON. Offsets are UTF-16 indices into the source text that was parsed.
 */

/** Half-open range `[start, end)` of UTF-16 offsets in the source. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Program {
  readonly kind: "program";
  readonly body: readonly Statement[];
  readonly span: Span;
}

/** One and-or list, ended by `;`, a newline or `&`. */
export interface Statement {
  readonly kind: "statement";
  readonly first: Pipeline;
  readonly rest: readonly { readonly op: "&&" | "||"; readonly pipeline: Pipeline }[];
  readonly background: boolean;
  readonly span: Span;
}

export interface Pipeline {
  readonly kind: "pipeline";
  /** True after an odd number of `!`. */
  readonly negated: boolean;
  /** `time` (`"p"` for `time -p`), absent when not timed. */
  readonly timed?: "time" | "p";
  readonly stages: readonly Stage[];
  readonly span: Span;
}

export interface Stage {
  readonly command: Command;
  /** True when the next stage is joined with `|&`: stderr goes into the pipe too. */
  readonly pipesStderr: boolean;
}

export type Command =
  | SimpleCommand
  | BraceGroup
  | Subshell
  | IfCommand
  | WhileCommand
  | ForCommand
  | ForArithCommand
  | SelectCommand
  | CaseCommand
  | FunctionDefinition
  | CondCommand
  | ArithCommand;

export interface SimpleCommand {
  readonly kind: "simple";
  readonly assignments: readonly Assignment[];
  /** The command name and its arguments; empty for a bare assignment or redirection. */
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
  readonly span: Span;
}

export interface BraceGroup {
  readonly kind: "group";
  readonly body: readonly Statement[];
  readonly redirects: readonly Redirect[];
  readonly span: Span;
}

export interface Subshell {
  readonly kind: "subshell";
  readonly body: readonly Statement[];
  readonly redirects: readonly Redirect[];
  readonly span: Span;
}

export interface IfCommand {
  readonly kind: "if";
  /** `if` and each `elif`, in order. */
  readonly clauses: readonly { readonly condition: readonly Statement[]; readonly body: readonly Statement[] }[];
  readonly otherwise?: readonly Statement[];
  readonly redirects: readonly Redirect[];
  readonly span: Span;
}

export interface WhileCommand {
  readonly kind: "while";
  readonly until: boolean;
  readonly condition: readonly Statement[];
  readonly body: readonly Statement[];
  readonly redirects: readonly Redirect[];
  readonly span: Span;
}

export interface ForCommand {
  readonly kind: "for";
  readonly name: string;
  /** Absent for `for x; do`, which walks the positional parameters. */
  readonly words?: readonly Word[];
  readonly body: readonly Statement[];
  readonly redirects: readonly Redirect[];
  readonly span: Span;
}

export interface ForArithCommand {
  readonly kind: "for-arith";
  readonly init?: ArithExpr;
  readonly condition?: ArithExpr;
  readonly update?: ArithExpr;
  readonly body: readonly Statement[];
  readonly redirects: readonly Redirect[];
  readonly span: Span;
}

export interface SelectCommand {
  readonly kind: "select";
  readonly name: string;
  readonly words?: readonly Word[];
  readonly body: readonly Statement[];
  readonly redirects: readonly Redirect[];
  readonly span: Span;
}

export interface CaseCommand {
  readonly kind: "case";
  readonly subject: Word;
  readonly items: readonly CaseItem[];
  readonly redirects: readonly Redirect[];
  readonly span: Span;
}

export interface CaseItem {
  readonly patterns: readonly Word[];
  readonly body: readonly Statement[];
  /** `;;` stops, `;&` runs the next body, `;;&` goes on matching. */
  readonly end: ";;" | ";&" | ";;&";
  readonly span: Span;
}

export interface FunctionDefinition {
  readonly kind: "function";
  readonly name: string;
  /** Present for a typed function: `function greet(name: string, times: int = 1) { … }`. */
  readonly params?: readonly FunctionParam[];
  /** The `##` lines right above the definition, without the marker. */
  readonly doc?: readonly string[];
  readonly body: Command;
  readonly redirects: readonly Redirect[];
  readonly span: Span;
}

export interface FunctionParam {
  readonly name: string;
  readonly type: "string" | "int" | "number" | "bool" | "list" | "record" | "any";
  readonly defaultValue?: ValueNode;
  /** `...names: string` takes the remaining arguments. */
  readonly rest: boolean;
  readonly span: Span;
}

export interface CondCommand {
  readonly kind: "cond";
  readonly expr: CondExpr;
  readonly redirects: readonly Redirect[];
  readonly span: Span;
}

export interface ArithCommand {
  readonly kind: "arith";
  readonly expr: ArithExpr;
  readonly redirects: readonly Redirect[];
  readonly span: Span;
}

export interface Assignment {
  readonly kind: "assignment";
  readonly name: string;
  readonly subscripts: readonly Subscript[];
  readonly op: "=" | "+=";
  /** Absent for `name=`, the empty string. */
  readonly value?: ValueNode;
  readonly span: Span;
}

/** What may stand after `=`: a word, or a list or record literal. */
export type ValueNode = Word | ListLiteral | RecordLiteral;

/** `[a b $c ...$d]` or `(a b c)`; commas optional. */
export interface ListLiteral {
  readonly kind: "list";
  readonly style: "[" | "(";
  readonly items: readonly ListItem[];
  readonly span: Span;
}

export interface ListItem {
  /** `...$xs`: the elements of the value, not the value. */
  readonly spread: boolean;
  /** `[k]=v` inside `( … )`: the subscript as written. */
  readonly key?: Word;
  readonly value: ValueNode;
}

/** `{name: amy, "full name": x, $k: $v, ...$rest}`. */
export interface RecordLiteral {
  readonly kind: "record";
  readonly entries: readonly RecordEntry[];
  readonly span: Span;
}

export type RecordEntry =
  | { readonly spread: false; readonly key: Word; readonly value: ValueNode }
  | { readonly spread: true; readonly value: ValueNode };

export type RedirectOp = "<" | ">" | ">>" | ">|" | "<>" | "&>" | "&>>" | "<&" | ">&" | "<<<";

export type Redirect =
  | {
      readonly kind: "redirect";
      readonly op: RedirectOp;
      /** The descriptor written before the operator (`2>`), absent for the operator's default. */
      readonly fd?: number;
      /** `{name}>`: the shell picks a descriptor from 10 up and assigns it to the variable. */
      readonly fdName?: string;
      readonly target: Word;
      readonly span: Span;
    }
  | {
      readonly kind: "heredoc";
      readonly fd?: number;
      readonly fdName?: string;
      /** The body as a word: one double-quoted part, or one literal if the delimiter was quoted. Tabs are already stripped for `<<-`. */
      readonly body: Word;
      readonly delimiter: string;
      readonly quoted: boolean;
      readonly stripTabs: boolean;
      /** The operator and delimiter, not the body. */
      readonly span: Span;
    };

/** Adjacent parts that join into one argument. */
export interface Word {
  readonly kind: "word";
  readonly parts: readonly WordPart[];
  /** `...$xs`: the word stands for the elements of the list. `parts` holds only what follows the dots. */
  readonly spread: boolean;
  /**
   * Only on an argument of `declare`, `typeset`, `local`, `export` or `readonly` that is written `name=value`, `name+=value` or
   * `name[k]=value`. `parts` is then empty.
   */
  readonly assignment?: Assignment;
  readonly span: Span;
}

export type WordPart =
  | LiteralPart
  | QuotedPart
  | DoubleQuotedPart
  | TildePart
  | BracePart
  | BraceRangePart
  | ParamExpansion
  | CommandSubstitution
  | ArithExpansion
  | ProcessSubstitution;

/**
 * Unquoted text. Glob characters in it are active; a character behind a backslash is never here but in a
 * `QuotedPart`. The parentheses and bars of an extended glob are literal text, so `@(a|$x)` is literal `@(a|`,
 * the expansion, literal `)`.
 */
export interface LiteralPart {
  readonly kind: "literal";
  readonly text: string;
  readonly span: Span;
}

/** Text that is only itself: `'…'`, `$'…'` (decoded) or `\c`. `style` lets the printer give it back as it was. */
export interface QuotedPart {
  readonly kind: "quoted";
  readonly style: "single" | "ansi" | "escape";
  readonly text: string;
  readonly span: Span;
}

/** `"…"`. Inside, a `literal` part has its escapes removed and no character of it is special. */
export interface DoubleQuotedPart {
  readonly kind: "double";
  readonly parts: readonly WordPart[];
  readonly span: Span;
}

/** `~` or `~user` at the start of a word (or after `=` or `:` in an assignment). */
export interface TildePart {
  readonly kind: "tilde";
  readonly user: string;
  readonly span: Span;
}

/** `{a,b}` with at least two alternatives. */
export interface BracePart {
  readonly kind: "brace";
  readonly items: readonly Word[];
  readonly span: Span;
}

/** `{1..9}`, `{01..10..3}`, `{a..e}`: the ends and step as written. */
export interface BraceRangePart {
  readonly kind: "range";
  readonly from: string;
  readonly to: string;
  readonly step?: string;
  readonly span: Span;
}

export interface ParamExpansion {
  readonly kind: "param";
  /** A variable name, digits, or one of `? # @ * $ ! - _`. */
  readonly name: string;
  /** False for `$x`, true for `${x}`. */
  readonly braced: boolean;
  readonly subscripts: readonly Subscript[];
  /** `${#x}`. */
  readonly length: boolean;
  /** `${!x}`; with `[@]` or `[*]` as last subscript it gives the keys; `${!x@}`/`${!x*}` give names by prefix (op `names`). */
  readonly indirect: boolean;
  readonly op?: ParamOp;
  readonly span: Span;
}

export type ParamOp =
  | { readonly kind: "default"; readonly op: ":-" | "-" | ":=" | "=" | ":?" | "?" | ":+" | "+"; readonly word: Word }
  | { readonly kind: "trim"; readonly op: "#" | "##" | "%" | "%%"; readonly pattern: Word }
  | { readonly kind: "replace"; readonly op: "/" | "//" | "/#" | "/%"; readonly pattern: Word; readonly replacement: Word }
  | { readonly kind: "slice"; readonly offset: ArithExpr; readonly length?: ArithExpr }
  | { readonly kind: "case"; readonly op: "^" | "^^" | "," | ",,"; readonly pattern?: Word }
  | { readonly kind: "transform"; readonly op: string }
  | { readonly kind: "names"; readonly op: "@" | "*" };

/** One `[…]` after a name. The executor decides by the value's type whether an `index` is a key or arithmetic. */
export type Subscript =
  | { readonly kind: "all"; readonly op: "@" | "*"; readonly span: Span }
  | {
      readonly kind: "index";
      /** The text as a word, for a key. */
      readonly word: Word;
      /** The same text as arithmetic; absent if it is not arithmetic. */
      readonly arith?: ArithExpr;
      readonly span: Span;
    }
  | { readonly kind: "slice"; readonly from?: ArithExpr; readonly to?: ArithExpr; readonly span: Span };

/** `$(…)` or `` `…` ``. */
export interface CommandSubstitution {
  readonly kind: "command";
  readonly style: "$(" | "`";
  readonly body: readonly Statement[];
  readonly span: Span;
}

/** `$((…))`. */
export interface ArithExpansion {
  readonly kind: "arith-expansion";
  readonly expr: ArithExpr;
  readonly span: Span;
}

/** `<(…)` or `>(…)`. */
export interface ProcessSubstitution {
  readonly kind: "process";
  readonly op: "<" | ">";
  readonly body: readonly Statement[];
  readonly span: Span;
}

export type ArithBinaryOp =
  | ","
  | "||"
  | "&&"
  | "|"
  | "^"
  | "&"
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "<<"
  | ">>"
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "**";
export type ArithAssignOp = "=" | "+=" | "-=" | "*=" | "/=" | "%=" | "<<=" | ">>=" | "&=" | "^=" | "|=" | "**=";

export type ArithExpr =
  /** An integer or float literal; `text` as written (`0x1f`, `2#101`, `1.5`). */
  | { readonly kind: "number"; readonly text: string; readonly span: Span }
  | { readonly kind: "variable"; readonly name: string; readonly subscripts: readonly Subscript[]; readonly span: Span }
  /** `$x`, `${…}`, `$(…)`, `$((…))`, or quoted text, alone or adjacent (`1$x`): its text is read as arithmetic. */
  | { readonly kind: "expansion"; readonly word: Word; readonly span: Span }
  | { readonly kind: "unary"; readonly op: "+" | "-" | "!" | "~"; readonly operand: ArithExpr; readonly span: Span }
  | {
      readonly kind: "update";
      readonly op: "++" | "--";
      readonly prefix: boolean;
      readonly target: ArithTarget;
      readonly span: Span;
    }
  | {
      readonly kind: "binary";
      readonly op: ArithBinaryOp;
      readonly left: ArithExpr;
      readonly right: ArithExpr;
      readonly span: Span;
    }
  | {
      readonly kind: "ternary";
      readonly test: ArithExpr;
      readonly then: ArithExpr;
      readonly otherwise: ArithExpr;
      readonly span: Span;
    }
  | {
      readonly kind: "assign";
      readonly op: ArithAssignOp;
      readonly target: ArithTarget;
      readonly value: ArithExpr;
      readonly span: Span;
    }
  /** `(( ))` or `$(( ))` with nothing in it: 0. */
  | { readonly kind: "empty"; readonly span: Span };

export interface ArithTarget {
  readonly name: string;
  readonly subscripts: readonly Subscript[];
  readonly span: Span;
}

export type CondUnaryOp =
  | "-e"
  | "-f"
  | "-d"
  | "-r"
  | "-w"
  | "-x"
  | "-s"
  | "-L"
  | "-h"
  | "-p"
  | "-S"
  | "-b"
  | "-c"
  | "-g"
  | "-u"
  | "-k"
  | "-O"
  | "-G"
  | "-N"
  | "-z"
  | "-n"
  | "-v"
  | "-t"
  | "-o"
  | "-list"
  | "-record";
export type CondBinaryOp =
  | "=="
  | "!="
  | "=~"
  | "<"
  | ">"
  | "-eq"
  | "-ne"
  | "-lt"
  | "-le"
  | "-gt"
  | "-ge"
  | "-nt"
  | "-ot"
  | "-ef"
  | "in"
  | "not in";

export type CondExpr =
  /** A lone word: true when it is not empty. */
  | { readonly kind: "word"; readonly word: Word; readonly span: Span }
  | { readonly kind: "test"; readonly op: CondUnaryOp; readonly word: Word; readonly span: Span }
  /** `=` is printed back as `==`. The right side of `==`/`!=` is a pattern, of `=~` an ERE, of `in` may be a literal. */
  | { readonly kind: "compare"; readonly op: CondBinaryOp; readonly left: Word; readonly right: ValueNode; readonly span: Span }
  | { readonly kind: "not"; readonly expr: CondExpr; readonly span: Span }
  | { readonly kind: "and" | "or"; readonly left: CondExpr; readonly right: CondExpr; readonly span: Span }
  | { readonly kind: "group"; readonly expr: CondExpr; readonly span: Span };
