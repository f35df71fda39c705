import { v7 as uuid } from 'uuid'
import { describe, expect, it } from 'vitest'
import { getDraft, saveDraft } from './drafts.ts'
import { getSettings, setSettings } from './settings.ts'
import { NOW, newConversation, temporaryHistory } from './testing/temporary-history.ts'

describe('settings', () => {
  it('keep every kind of value, and change one by one', () => {
    const { db } = temporaryHistory()
    setSettings(db, { values: { text: 'a', none: null, list: [1, { deep: true }] } })
    setSettings(db, { values: { text: 'b', list: undefined } })
    expect(getSettings(db, {})).toEqual({ text: 'b', none: null })
  })

  it('leave out what cannot be read instead of failing', () => {
    const { db } = temporaryHistory()
    setSettings(db, { values: { good: 1, bad: 2 } })
    db.pragma('ignore_check_constraints = ON')
    db.exec(`UPDATE settings SET value = '{' WHERE key = 'bad'`)
    expect(getSettings(db, {})).toEqual({ good: 1 })
  })

  it('hold no half characters, however deep', () => {
    const { db } = temporaryHistory()
    setSettings(db, { values: { prompt: ['\ud83d'] } })
    expect(getSettings(db, {})).toEqual({ prompt: ['\ufffd'] })
  })
})

describe('a draft', () => {
  it('is kept as last written, and gone when emptied', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    const save = (text: string) => {
      saveDraft(db, { conversationId, text, now: NOW })
      return getDraft(db, { conversationId }).text
    }
    expect([getDraft(db, { conversationId }).text, save('a'), save('ab\ud800'), save('')]).toEqual([
      '',
      'a',
      'ab\ufffd',
      '',
    ])
    expect(db.prepare('SELECT count(*) FROM drafts').pluck().get()).toBe(0)
  })

  it('belongs to a conversation that is there', () => {
    const { db } = temporaryHistory()
    const args = { conversationId: uuid(), text: 'x', now: NOW }
    expect(() => saveDraft(db, args)).toThrow(expect.objectContaining({ code: 'not-found' }))
  })
})
