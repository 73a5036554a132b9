/** Shell patterns, where the executor looks for them; commands have the same ones. */
export { compilePattern, type Pattern, type PatternSegment } from "../command.ts";
