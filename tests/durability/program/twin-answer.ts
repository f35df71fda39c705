/** What one of several processes on the same data folder says. */
export type TwinAnswer =
  /** SHA-256 of the key, in hex. */
  { type: 'opened'; key: string } | { type: 'wrote'; text: string } | { type: 'failed'; code: string }
