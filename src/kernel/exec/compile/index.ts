import type { Compilers } from "../runtime.ts";
import { compileArithValue, compileInteger, evaluateText } from "./arith.ts";
import { compileNode } from "./command.ts";
import { compileFields } from "./fields.ts";
import { compileValueNode } from "./literals.ts";
import { compileStatements } from "./statements.ts";
import { compilePieces, compileSegments, compileText } from "./words.ts";

/** All parts of the compiler, for each other. */
export const compilers: Compilers = {
  pieces: compilePieces,
  text: compileText,
  value: compileValueNode,
  segments: compileSegments,
  fields: (word, unit) => compileFields(word, unit),
  integer: compileInteger,
  arithmetic: compileArithValue,
  evaluate: evaluateText,
  statements: compileStatements,
  command: compileNode,
};
