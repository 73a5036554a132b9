/** The wire version both sides speak; the schema's `wireVersion`. */
export const wireVersion = 1;
