import type {
  ArithExpr,
  ArithTarget,
  Assignment,
  Command,
  CondExpr,
  ParamExpansion,
  ParamOp,
  Pipeline,
  Program,
  Redirect,
  Statement,
  Subscript,
  ValueNode,
  Word,
  WordPart,
} from "../../src/parser/index.ts";

// A tree as one short line, for tables: words in the source's spirit, structure in parentheses.

export function shape(program: Program): string {
  return statements(program.body);
}

function statements(list: readonly Statement[]): string {
  return list.map(statement).join(" ; ");
}

function statement(node: Statement): string {
  const rest = node.rest.map(({ op, pipeline: next }) => ` ${op} ${pipeline(next)}`).join("");
  return pipeline(node.first) + rest + (node.background ? " &" : "");
}

function pipeline(node: Pipeline): string {
  let text = node.timed === undefined ? "" : node.timed === "p" ? "time-p " : "time ";
  if (node.negated) text += "! ";
  node.stages.forEach((stage, index) => {
    text += command(stage.command);
    if (index < node.stages.length - 1) text += stage.pipesStderr ? " |& " : " | ";
  });
  return text;
}

function command(node: Command): string {
  const redirects = node.redirects.map((redirect) => ` ${redirection(redirect)}`).join("");
  return commandBody(node) + redirects;
}

function commandBody(node: Command): string {
  switch (node.kind) {
    case "simple":
      return [...node.assignments.map(assignment), ...node.words.map(word)].join(" ");
    case "group":
      return `(group ${statements(node.body)})`;
    case "subshell":
      return `(subshell ${statements(node.body)})`;
    case "if": {
      const clauses = node.clauses.map(({ condition, body }) => `${statements(condition)} ? ${statements(body)}`).join(" : ");
      return `(if ${clauses}${node.otherwise === undefined ? "" : ` : ${statements(node.otherwise)}`})`;
    }
    case "while":
      return `(${node.until ? "until" : "while"} ${statements(node.condition)} do ${statements(node.body)})`;
    case "for":
    case "select": {
      const words = node.words === undefined ? "" : ` in ${node.words.map(word).join(" ")}`;
      return `(${node.kind} ${node.name}${words} do ${statements(node.body)})`;
    }
    case "for-arith": {
      const heads = [node.init, node.condition, node.update].map((part) => (part === undefined ? "" : arith(part)));
      return `(for ${heads.join("; ")} do ${statements(node.body)})`;
    }
    case "case": {
      const items = node.items.map((item) => `${item.patterns.map(word).join("|")}) ${statements(item.body)} ${item.end}`);
      return `(case ${word(node.subject)} ${items.join(" ")})`;
    }
    case "function": {
      const params = node.params?.map(
        (param) =>
          `${param.rest ? "..." : ""}${param.name}:${param.type}${param.defaultValue === undefined ? "" : `=${value(param.defaultValue)}`}`,
      );
      const doc = node.doc === undefined ? "" : ` ##${JSON.stringify(node.doc)}`;
      return `(function ${node.name}${params === undefined ? "" : `[${params.join(",")}]`}${doc} ${command(node.body)})`;
    }
    case "cond":
      return `(cond ${cond(node.expr)})`;
    case "arith":
      return `(arith ${arith(node.expr)})`;
    default:
      return node satisfies never;
  }
}

function assignment(node: Assignment): string {
  return `${node.name}${node.subscripts.map(subscript).join("")}${node.op}${node.value === undefined ? "" : value(node.value)}`;
}

function value(node: ValueNode): string {
  if (node.kind === "word") return word(node);
  if (node.kind === "record") {
    return `{${node.entries.map((entry) => (entry.spread ? `...${value(entry.value)}` : `${word(entry.key)}: ${value(entry.value)}`)).join(", ")}}`;
  }
  const items = node.items.map(
    (item) => (item.spread ? "..." : "") + (item.key === undefined ? "" : `[${word(item.key)}]=`) + value(item.value),
  );
  return node.style + items.join(" ") + (node.style === "[" ? "]" : ")");
}

function redirection(node: Redirect): string {
  const fd = node.fdName === undefined ? (node.fd ?? "") : `{${node.fdName}}`;
  if (node.kind === "redirect") return `${fd}${node.op}${word(node.target)}`;
  return `${fd}<<${node.stripTabs ? "-" : ""}${node.quoted ? "'" : ""}${node.delimiter}(${word(node.body)})`;
}

function word(node: Word): string {
  if (node.assignment !== undefined) return `<${assignment(node.assignment)}>`;
  return (node.spread ? "..." : "") + node.parts.map(part).join("·");
}

function text(plain: string): string {
  return /^[^\s"'·;|&()]+$/.test(plain) ? plain : JSON.stringify(plain);
}

function part(node: WordPart): string {
  switch (node.kind) {
    case "literal":
      return text(node.text);
    case "quoted":
      return `${node.style === "single" ? "" : node.style}'${node.text}'`;
    case "double":
      return `"${node.parts.map(part).join("·")}"`;
    case "tilde":
      return `(tilde ${node.user})`;
    case "brace":
      return `(brace ${node.items.map(word).join(",")})`;
    case "range":
      return `(range ${node.from} ${node.to}${node.step === undefined ? "" : ` ${node.step}`})`;
    case "param":
      return param(node);
    case "command":
      return `${node.style}${node.style === "$(" ? "" : "("}${statements(node.body)})`;
    case "arith-expansion":
      return `$((${arith(node.expr)}))`;
    case "process":
      return `${node.op}(${statements(node.body)})`;
    default:
      return node satisfies never;
  }
}

function param(node: ParamExpansion): string {
  if (!node.braced) return `$${node.name}`;
  const head = `${node.length ? "#" : ""}${node.indirect ? "!" : ""}${node.name}${node.subscripts.map(subscript).join("")}`;
  return `\${${head}${node.op === undefined ? "" : operation(node.op)}}`;
}

function operation(op: ParamOp): string {
  switch (op.kind) {
    case "default":
      return ` ${op.op} ${word(op.word)}`;
    case "trim":
      return ` ${op.op} ${word(op.pattern)}`;
    case "replace":
      return ` ${op.op} ${word(op.pattern)} with ${word(op.replacement)}`;
    case "slice":
      return ` slice ${arith(op.offset)}${op.length === undefined ? "" : ` ${arith(op.length)}`}`;
    case "case":
      return ` ${op.op}${op.pattern === undefined ? "" : ` ${word(op.pattern)}`}`;
    case "transform":
      return ` @${op.op}`;
    case "names":
      return ` names${op.op}`;
    default:
      return op satisfies never;
  }
}

function subscript(node: Subscript): string {
  if (node.kind === "all") return `[${node.op}]`;
  if (node.kind === "slice")
    return `[${node.from === undefined ? "" : arith(node.from)}:${node.to === undefined ? "" : arith(node.to)}]`;
  return `[${word(node.word)}${node.arith === undefined ? "" : ` = ${arith(node.arith)}`}]`;
}

function target(node: ArithTarget): string {
  return node.name + node.subscripts.map(subscript).join("");
}

function arith(node: ArithExpr): string {
  switch (node.kind) {
    case "number":
      return node.text;
    case "variable":
      return target(node);
    case "expansion":
      return `<${word(node.word)}>`;
    case "unary":
      return `(${node.op} ${arith(node.operand)})`;
    case "update":
      return node.prefix ? `(${node.op}pre ${target(node.target)})` : `(${node.op}post ${target(node.target)})`;
    case "binary":
      return `(${node.op} ${arith(node.left)} ${arith(node.right)})`;
    case "ternary":
      return `(? ${arith(node.test)} ${arith(node.then)} ${arith(node.otherwise)})`;
    case "assign":
      return `(${node.op} ${target(node.target)} ${arith(node.value)})`;
    case "empty":
      return "()";
    default:
      return node satisfies never;
  }
}

function cond(node: CondExpr): string {
  switch (node.kind) {
    case "word":
      return word(node.word);
    case "test":
      return `(${node.op} ${word(node.word)})`;
    case "compare":
      return `(${node.op} ${word(node.left)} ${value(node.right)})`;
    case "not":
      return `(! ${cond(node.expr)})`;
    case "and":
    case "or":
      return `(${node.kind} ${cond(node.left)} ${cond(node.right)})`;
    case "group":
      return `[${cond(node.expr)}]`;
    default:
      return node satisfies never;
  }
}
