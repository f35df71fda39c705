/** An export of what can be read of a conversation, with a placeholder for each message that cannot. */
import type { FileConversationHead } from '../../../transfer/alcove-format.ts'
import { getConversationSeq } from '../../branches.ts'
import type { Database } from '../../database.ts'
import { LOST_TITLE, LOST_WHOLE } from '../lost-text.ts'
import { orUndefined } from './damage.ts'
import { guessRole } from './damaged-branch.ts'
import { readTree } from './tree-by-index.ts'

interface ReadArgs {
  conversationId: string
  /** Messages that were read before the damage, by `seq`. */
  skip: number
}

export interface Placeholder {
  id: string
  parentId: string | null
  role: string
  /** JSON. */
  error: string
}

/**
 * The messages after the first `skip`, oldest first. `readOne` reads one whose parent's id is known. A message of which
 * not even the id is left is passed over; its children then name no parent.
 */
export function* readDamagedMessages<Whole>(
  db: Database,
  { conversationId, skip }: ReadArgs,
  readOne: (seq: number, parentId: string | null) => Whole | undefined,
): Generator<{ whole: Whole } | { placeholder: Placeholder }> {
  const tree = readTree(db, getConversationSeq(db, conversationId))
  for (const [seq, parentSeq] of [...tree.parents].slice(skip)) {
    const parentId = parentSeq === null ? null : (tree.idOf(parentSeq) ?? null)
    const whole = orUndefined(() => readOne(seq, parentId))
    const id = whole ? undefined : tree.idOf(seq)
    if (whole) yield { whole }
    else if (id !== undefined) {
      yield { placeholder: { id, parentId, role: guessRole(db, tree, seq), error: LOST_WHOLE } }
    }
  }
}

/** What stands for a conversation whose own row cannot be read. */
export function lostHead(conversationId: string): FileConversationHead {
  const known = { id: conversationId, title: LOST_TITLE, titleSource: 'user', createdAt: 0, updatedAt: 0 }
  // All other fields may be undefined.
  return known as FileConversationHead
}

/** The id of the newest message that the conversation's row, or the order of its messages, names. */
export function findLeafId(db: Database, conversationId: string, chosen: number | null): string | undefined {
  const { parents, idOf } = readTree(db, getConversationSeq(db, conversationId))
  const leaf = chosen !== null && parents.has(chosen) ? chosen : [...parents.keys()].at(-1)
  return leaf === undefined ? undefined : idOf(leaf)
}
