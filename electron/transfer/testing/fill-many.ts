import { v7 as uuid } from 'uuid'
import type { Database } from '../../history/database.ts'

/** Plain conversations of 100 messages, `messageLength` characters each. */
export function fillMany(
  db: Database,
  { conversations, messageLength }: { conversations: number; messageLength: number },
): void {
  const addConversation = db.prepare(`
    INSERT INTO conversations (seq, id, activity_seq, title, created_at, updated_at) VALUES (?, ?, ?, 'Long', 1, 1)`)
  const addMessage = db.prepare(`
    INSERT INTO messages (id, conversation_seq, parent_seq, depth, role, status, created_at, text)
    VALUES (?, ?, ?, ?, 'user', 'complete', 1, ?)`)
  const text = 'word '.repeat(Math.ceil(messageLength / 5)).slice(0, messageLength)
  for (let seq = 1; seq <= conversations; seq += 1) {
    db.transaction(() => {
      addConversation.run(seq, uuid(), seq)
      let parent: number | bigint | null = null
      for (let depth = 0; depth < 100; depth += 1) {
        parent = addMessage.run(uuid(), seq, parent, depth, text).lastInsertRowid
      }
    })()
  }
}
