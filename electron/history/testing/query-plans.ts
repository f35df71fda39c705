import { v7 as uuid } from 'uuid'
import type { Database } from '../database.ts'
import { findMessages } from '../index/find-messages.ts'
import { callEveryFunction } from './call-every-function.ts'

/**
 * What may be gone through from end to end: small by nature, or as long as what is being written right now. `a`, `above`,
 * `b`, `below`, `branch`, `e` and `erasing` are the queues of a walk, which never holds more than it gives.
 */
const SMALL = [
  /^SCAN (CONSTANT ROW|endpoints|settings|message_index_state|below|b|branch|above|a|erasures|erasing|e|imports)$/,
  /^SCAN (m|messages) USING (COVERING )?INDEX messages_streaming$/,
  /^SCAN c USING INDEX conversations_without_messages$/,
  // Of what is being erased: a filter of anything larger comes with a scan of it.
  /^CREATE BLOOM FILTER$/,
  // The chunks of one reply.
  /^USE TEMP B-TREE FOR group_concat\(ORDER BY\)$/,
  // Only the rows with the words, from the newest on.
  /^SCAN message_(index|stems) VIRTUAL TABLE INDEX \d+:M1<$/,
]

/** Of messages that are ranked there is a limit. */
const RANKED = /^(SCAN (newest|\(subquery-\d+\))|USE TEMP B-TREE FOR (ORDER|GROUP) BY)$/

/** Every statement that a function prepares which a person waits for, in the order in which they come first. */
export function statementsOfThePerson(db: Database): string[] {
  const noted = new Set<string>()
  const prepare = (sql: string) => {
    noted.add(sql)
    return db.prepare(sql)
  }
  // A connection of its own to the map of prepared statements, so that none is missed that was prepared before.
  const noting = Object.create(db, { prepare: { value: prepare } }) as Database
  db.exec('SAVEPOINT noting')
  callEveryFunction(noting)
  searchInEveryWay(noting)
  db.exec('ROLLBACK TO noting; RELEASE noting')
  return [...noted]
}

function searchInEveryWay(db: Database): void {
  const some = { query: 'some words', withTrash: false, limit: 20, cursor: null } as const
  for (const order of ['newest', 'relevance'] as const)
    for (const words of ['all', 'any'] as const)
      for (const conversationId of [null, uuid()]) findMessages(db, { ...some, order, words, conversationId })
}

/** The steps of its plan that must not be: a scan of what grows, a sort, an index made for one query. */
export function wrongSteps(db: Database, sql: string): string[] {
  return stepsOf(db, sql)
    .map(({ detail }) => detail)
    .filter((detail) => /^SCAN|TEMP B-TREE|AUTOMATIC|BLOOM/.test(detail))
    .filter((detail) => !SMALL.some((small) => small.test(detail)))
    .filter((detail) => !(sql.includes('LIMIT :ranked') && RANKED.test(detail)))
}

/** Each statement with the steps of its plan below it. */
export function goldenPlans(db: Database, statements: readonly string[]): string {
  return statements.map((sql) => `${oneLine(sql)}\n${planOf(db, sql)}\n`).join('\n')
}

function planOf(db: Database, sql: string): string {
  const steps = stepsOf(db, sql)
  if (steps.length === 0) return '  (no search)'
  const depths = new Map([[0, 0]])
  const lines = steps.map(({ id, parent, detail }) => {
    const depth = (depths.get(parent) ?? 0) + 1
    depths.set(id, depth)
    return `${'  '.repeat(depth)}${detail}`
  })
  return lines.join('\n')
}

function oneLine(sql: string): string {
  return sql.replace(/\s+/g, ' ').trim()
}

function stepsOf(db: Database, sql: string): { id: number; parent: number; detail: string }[] {
  const names = [...sql.matchAll(/:(\w+)/g)].map(([, name]) => [name, null])
  return db
    .prepare<[object], { id: number; parent: number; detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
    .all(Object.fromEntries(names))
}
