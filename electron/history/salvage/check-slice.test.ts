import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '../database.ts'
import { indexEverything } from '../index/index-messages.ts'
import { openHistoryFile } from '../open-history-file.ts'
import { checkAll } from './testing/check-all.ts'
import { buildHistory, spoilPage } from './testing/damaged-history.ts'

function build() {
  const built = buildHistory({ conversations: 12, turns: 10 })
  const db = openHistoryFile(built)
  indexEverything(db)
  const pages = db
    .prepare<[], { name: string; pagetype: string; pageno: number }>('SELECT name, pagetype, pageno FROM dbstat')
    .all()
  db.close()
  return { ...built, pages }
}

describe('the check of a history', () => {
  it('finds nothing in one that is whole', () => {
    const built = build()
    const db = openDatabase({ ...built, readonly: true })
    const { messages, conversationSeqs, others } = checkAll(db)
    db.close()
    expect({ messages, conversationSeqs, others }).toEqual({ messages: 0, conversationSeqs: [], others: 0 })
  })

  it('counts the messages of a damaged page and their conversations', () => {
    const built = build()
    spoilPage(built.file, built.pages.filter((p) => p.name === 'messages' && p.pagetype === 'leaf')[3]?.pageno)
    const db = openDatabase({ ...built, readonly: true })
    const { messages, conversationSeqs, others } = checkAll(db)
    db.close()
    expect(messages).toBeGreaterThan(2)
    expect(messages).toBeLessThan(30)
    expect(conversationSeqs.length).toBeGreaterThan(0)
    expect(others).toBe(0)
  })

  it('finds a flipped bit in every kind of page of every table and index', () => {
    const built = build()
    const whole = readFileSync(built.file)
    const kinds = new Map(built.pages.map((page) => [`${page.name} ${page.pagetype}`, page]))
    const missed = [...kinds.values()].filter(({ pageno, name }) => {
      // Without those that name the tables nothing can be opened at all.
      if (name === 'sqlite_schema') return false
      spoilPage(built.file, pageno)
      const db = openDatabase({ ...built, readonly: true })
      const { messages, conversationSeqs, others } = checkAll(db)
      db.close()
      writeFileSync(built.file, whole)
      return messages + conversationSeqs.length + others === 0
    })
    expect(missed).toEqual([])
  })
})
