export type { Document, Documents } from "./document.ts";
export { openDocuments } from "./documents.ts";
