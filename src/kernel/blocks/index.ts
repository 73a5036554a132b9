export type { Document, Documents } from "./document.ts";
export { type DocumentsOptions, openDocuments } from "./documents.ts";
