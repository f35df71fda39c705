/** Search and recall: which messages hold these words. */
import { AppError } from '../../../shared/errors.ts'
import type { MessageRole } from '../../../shared/record-types.ts'
import { MessageRole as Role } from '../../../shared/records.ts'
import type { Database } from '../database.ts'
import { ERASING_MESSAGES } from '../erase/erasing-messages.ts'
import { fromSqliteError } from '../sqlite-errors.ts'
import { statement } from '../statement.ts'
import { oneOf } from '../stored-values.ts'
import { isIndexing } from './index-messages.ts'
import { whileGoing } from './keep-going.ts'
import { matchAll, matchAny, matchStems, type Phrase, readQuery } from './query-text.ts'
import { makeSnippet, type Snippet } from './snippet.ts'

export interface FindMessagesArgs {
  /** Any text. Words must all be there; "words in quotation marks" must follow each other; the last word may go on. */
  query: string
  /** Only this conversation; null: all of them. */
  conversationId: string | null
  /** Messages of conversations in the trash are found only when this is true. */
  withTrash: boolean
  /** `relevance` looks at the newest `RANKED` messages that hold the words, and no further. */
  order: 'newest' | 'relevance'
  /** `any` is for recall: one of the words is enough, and English words also count in their other forms. */
  words: 'all' | 'any'
  /** How many messages at most. */
  limit: number
  /** Of the former page, null for the first. */
  cursor: string | null
}

interface FoundMessage {
  messageId: string
  conversationId: string
  conversationTitle: string
  inTrash: boolean
  role: MessageRole
  /** Epoch milliseconds. */
  createdAt: number
  snippet: Snippet
}

export interface FoundMessages {
  messages: FoundMessage[]
  /** For the next page; null when this is the last. */
  cursor: string | null
  /** True when there are more messages with these words than were ranked. */
  isBounded: boolean
  /** True while some messages are not indexed yet, so that they cannot be found. */
  isIndexing: boolean
  /** How many messages were found that cannot be read, because their place on the disk is damaged. */
  unreadable: number
}

/** How many of the newest messages with the words are ranked: counting the words of all takes seconds. */
const RANKED = 10_000

interface Stored {
  messageId: string
  conversationId: string
  conversationTitle: string
  inTrash: number
  isErasing: number
  role: string
  createdAt: number
  text: string
}

interface Candidate {
  seq: number
  /** How many were ranked; 0 where none is. */
  total: number
}

interface Limits {
  /** Asked for each message that is looked at; the search ends with `cancelled` when it answers false. */
  keepGoing?: () => boolean
  ranked?: number
}

/**
 * The messages with the words of a query, read one by one, so that a damaged one hides no other. Whatever the query, it
 * is no error: one without a word finds nothing. Throws `cancelled`, and `invalid-request` for a cursor that is none.
 */
export function findMessages(
  db: Database,
  args: FindMessagesArgs,
  { keepGoing = () => true, ranked = RANKED }: Limits = {},
): FoundMessages {
  const found: FoundMessages = {
    messages: [],
    cursor: null,
    isBounded: false,
    isIndexing: isIndexing(db),
    unreadable: 0,
  }
  const phrases = readQuery(args.query)
  let after = startOf(args)
  if (phrases.length === 0) return found
  whileGoing(db, keepGoing, () => {
    for (const { seq, total } of listCandidates(db, args, phrases, { start: after, ranked })) {
      found.isBounded = total >= ranked
      const message = readMessage(db, seq, args, phrases)
      if (message && found.messages.length === args.limit) {
        found.cursor = `${args.order}:${after}`
        return
      }
      if (message) found.messages.push(message)
      else if (message === null) found.unreadable += 1
      after = args.order === 'newest' ? seq : after + 1
    }
  })
  return found
}

/** The place in the order from which on to look: below this `seq`, or after so many ranked ones. */
function startOf({ order, cursor }: FindMessagesArgs): number {
  if (cursor === null) return order === 'newest' ? Number.MAX_SAFE_INTEGER : 0
  const [, cursorOrder, place] = /^(newest|relevance):(-?\d{1,16})$/.exec(cursor) ?? []
  if (cursorOrder !== order) throw new AppError('invalid-request', 'The search could not be continued. Search again.')
  return Number(place)
}

// A bound number arrives as a float, which the index takes for no limit; the index that holds only the pair is smaller
// than the table.
const inScope = (index: string): string => `
  ${index}.rowid < CAST(:below AS INTEGER) AND keep_going(${index}.rowid) AND (:conversationId IS NULL OR EXISTS (
    SELECT 1 FROM messages AS m
    WHERE m.conversation_seq = (SELECT seq FROM conversations WHERE id = :conversationId) AND m.seq = ${index}.rowid))`

const WITH_WORDS = `
  SELECT rowid AS seq, 0 AS total FROM message_index
  WHERE message_index MATCH :match AND ${inScope('message_index')}`
const WITH_STEMS = `
  SELECT rowid AS seq, 0 AS total FROM message_stems
  WHERE message_stems MATCH :stems AND ${inScope('message_stems')}`

const NEWEST_OF_ALL = `${WITH_WORDS} ORDER BY rowid DESC`
const NEWEST_OF_ANY = `${WITH_WORDS} UNION ${WITH_STEMS} ORDER BY seq DESC`

/** bm25 (a smaller number is better) of the newest messages with the words. */
const RANK_WORDS = `
  SELECT rowid AS seq, bm25(message_index) AS rank FROM message_index
  WHERE message_index MATCH :match AND ${inScope('message_index')}
  ORDER BY rowid DESC LIMIT :ranked`
/** Another form of a word counts, but less than any message with the word itself. */
const RANK_STEMS = `
  SELECT rowid AS seq, 0.0 AS rank FROM message_stems
  WHERE message_stems MATCH :stems AND ${inScope('message_stems')}
  ORDER BY rowid DESC LIMIT :ranked`
const RANK_ANY = `
  SELECT seq, min(rank) AS rank
  FROM (SELECT * FROM (${RANK_WORDS}) UNION ALL SELECT * FROM (${RANK_STEMS}))
  GROUP BY seq ORDER BY seq DESC LIMIT :ranked`

const best = (ranked: string): string => `
  WITH newest AS MATERIALIZED (${ranked})
  SELECT seq, (SELECT count(*) FROM newest) AS total FROM newest
  ORDER BY rank, seq DESC
  LIMIT -1 OFFSET :start`

const CANDIDATES = {
  newest: { all: NEWEST_OF_ALL, any: NEWEST_OF_ANY },
  relevance: { all: best(RANK_WORDS), any: best(RANK_ANY) },
}

/** In the order asked for, as far as the index can tell; one at a time, for most searches end early. */
function listCandidates(
  db: Database,
  { order, words, conversationId }: FindMessagesArgs,
  phrases: readonly Phrase[],
  { start, ranked }: { start: number; ranked: number },
): IterableIterator<Candidate> {
  const match = words === 'all' ? matchAll(phrases) : matchAny(phrases)
  // Nothing between quotation marks: found nowhere.
  const stems = words === 'any' ? matchStems(phrases) || '""' : undefined
  const values = {
    match,
    conversationId,
    below: order === 'newest' ? start : Number.MAX_SAFE_INTEGER,
    ...(stems === undefined ? {} : { stems }),
    ...(order === 'newest' ? {} : { start, ranked }),
  }
  return statement<Candidate>(db, CANDIDATES[order][words]).iterate(values)
}

const READ = `
  SELECT m.id AS messageId, c.id AS conversationId, c.title AS conversationTitle, c.trashed_seq IS NOT NULL AS inTrash,
    m.seq IN ${ERASING_MESSAGES} AS isErasing, m.role, m.created_at AS createdAt, m.text
  FROM messages AS m NOT INDEXED
  CROSS JOIN conversations AS c NOT INDEXED ON c.seq = m.conversation_seq
  WHERE m.seq = :seq AND c.hidden IS NULL`

/** Undefined for one that is not to be found, null for one that cannot be read. */
function readMessage(
  db: Database,
  seq: number,
  { withTrash }: FindMessagesArgs,
  phrases: readonly Phrase[],
): FoundMessage | null | undefined {
  try {
    const stored = statement<Stored>(db, READ).get({ seq })
    if (!stored || stored.isErasing || (stored.inTrash && !withTrash)) return undefined
    const { text, role, inTrash, isErasing: _isErasing, ...known } = stored
    const snippet = makeSnippet(text, phrases)
    return { ...known, role: oneOf(Role.options, role, 'assistant'), inTrash: inTrash === 1, snippet }
  } catch (error) {
    const known = fromSqliteError(error)
    if (known instanceof AppError && known.code === 'history-corrupt') return null
    throw known
  }
}
