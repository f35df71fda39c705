/** Where in the order of the history an import goes: below everything that is there, so that newest-first stays true. */
import type { Database } from '../database.ts'
import { statement } from '../statement.ts'

/** The next `seq` of each kind for what is imported: all below what is there, so that newest-first stays true. */
export interface ImportPlace {
  conversation: number
  message: number
  activity: number
  trashed: number
}

const LOWEST = `
  SELECT (SELECT coalesce(min(seq), 1) FROM conversations) AS conversation,
    (SELECT coalesce(min(seq), 1) FROM messages) AS message,
    (SELECT coalesce(min(activity_seq), 1) FROM conversations) AS activity,
    (SELECT coalesce(min(trashed_seq), 1) FROM conversations WHERE trashed_seq IS NOT NULL) AS trashed`

/** Room for `count` messages, and as many conversations. */
export function placeBelow(db: Database, count: number): ImportPlace {
  const lowest = statement<ImportPlace>(db, LOWEST).get() ?? { conversation: 1, message: 1, activity: 1, trashed: 1 }
  return {
    conversation: Math.min(0, lowest.conversation) - count,
    message: Math.min(0, lowest.message) - count,
    activity: Math.min(0, lowest.activity) - count,
    trashed: Math.min(0, lowest.trashed) - count,
  }
}

const TAKEN = `
  SELECT EXISTS (SELECT 1 FROM conversations WHERE seq = :conversation)
    OR EXISTS (SELECT 1 FROM conversations WHERE activity_seq = :activity)
    OR EXISTS (SELECT 1 FROM conversations WHERE trashed_seq = :trashed AND trashed_seq IS NOT NULL)
    OR EXISTS (SELECT 1 FROM messages WHERE seq >= :message AND seq < :message + :count) AS taken`

/** `place`, unless something was written into it meanwhile (an empty history counts up from the first import). */
export function freePlace(db: Database, place: ImportPlace, count: number): ImportPlace {
  const taken = statement<{ taken: number }>(db, TAKEN).get({ ...place, count })?.taken === 1
  return taken ? placeBelow(db, count + 1) : place
}

/** The place of the next conversation, after one with `count` messages. */
export function placeAfter({ conversation, message, activity, trashed }: ImportPlace, count: number): ImportPlace {
  return {
    conversation: conversation + 1,
    message: message + count,
    activity: activity + 1,
    trashed: trashed + 1,
  }
}
