import { expect, test } from "vitest";
import { Grammar } from "../../src/parser/grammar/grammar.ts";

test("the grammar is LL(1) and unambiguous: chevrotain's validations accept it", () => {
  expect(() => new Grammar(false)).not.toThrow();
});
