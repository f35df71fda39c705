/** What a scenario has been told is kept, as it says it to the test: lines of JSON in a file, in the order of events. */

export type Acknowledgement =
  | { type: 'started' }
  /** The history is open, and at its newest schema. */
  | { type: 'opened' }
  | { type: 'message'; conversationId: string; text: string }
  /** So many words of a reply have come from the server, but nothing is promised yet. `atMs`: monotonic. */
  | { type: 'arrived'; replyId: string; words: number; atMs: number }
  /** They have been given to the history. */
  | { type: 'handed'; replyId: string; words: number; atMs: number }
  | { type: 'streamed' | 'finished'; replyId: string; words: number; conversationId?: string }
  | { type: 'trashed'; conversationId: string }
  | { type: 'restoring'; conversationId: string }
  | { type: 'restored'; conversationId: string }
  | { type: 'erasing'; conversationId: string }
  | { type: 'erased'; conversationId: string }
  | { type: 'importing'; run: string }
  | { type: 'imported'; run: string }
  | { type: 'backed-up'; name: string; messages: number }
  | { type: 'changing-key' }
  /** In base64: the one that is valid from then on. */
  | { type: 'key-changed'; key: string }

/** The lines of a file of acknowledgements; a last line that was cut off was never acknowledged. */
export function parseAcknowledgements(text: string): Acknowledgement[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Acknowledgement)
}

/** The text of a streamed reply of so many words. */
export function wordsText(count: number): string {
  return Array.from({ length: count }, (_, index) => `w${index} `).join('')
}
