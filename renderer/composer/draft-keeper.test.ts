import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createDraftKeeper } from './draft-keeper.ts'

/** Drafts in memory, with a record of every save. */
function setUp(stored: Record<string, string> = {}, delayMs = 20) {
  const saves: [string, string][] = []
  const failures: unknown[] = []
  let fails = false
  const keeper = createDraftKeeper(
    {
      get: async (id) => stored[id] ?? '',
      save: async (id, text) => {
        await sleep(2)
        if (fails) throw new Error('disk full')
        saves.push([id, text])
      },
      onFailure: (error) => failures.push(error),
    },
    delayMs,
  )
  return {
    keeper,
    saves,
    failures,
    setFails: (next: boolean) => {
      fails = next
    },
  }
}

describe('createDraftKeeper', () => {
  it('saves what was typed once the typing pauses', async () => {
    const { keeper, saves } = setUp()
    keeper.write('a', 'H')
    keeper.write('a', 'Hi')
    await sleep(60)
    expect(saves).toEqual([['a', 'Hi']])
  })

  it('keeps each text with its own conversation when switching fast', async () => {
    const { keeper, saves } = setUp({}, 1_000)
    keeper.write('a', 'for a')
    void keeper.flush('a')
    keeper.write('b', 'for b')
    void keeper.flush('b')
    keeper.write('a', 'for a again')
    await Promise.all([keeper.flush('a'), keeper.flush('b')])
    expect(saves).toEqual([
      ['a', 'for a'],
      ['b', 'for b'],
      ['a', 'for a again'],
    ])
  })

  it('does not overwrite what was typed while the stored draft was read', async () => {
    const { keeper } = setUp({ a: 'stored' })
    const loading = keeper.load('a')
    keeper.write('a', 'typed')
    await loading
    expect(keeper.read('a')).toMatchObject({ text: 'typed', isLoaded: true })
  })

  it('empties the sent text, but not what was typed after it', async () => {
    const { keeper, saves } = setUp({ a: 'sent', b: 'sent' })
    await Promise.all([keeper.load('a'), keeper.load('b')])
    keeper.write('b', 'sent and more')
    await Promise.all([keeper.clearSent('a', 'sent'), keeper.clearSent('b', 'sent')])
    expect([keeper.read('a').text, keeper.read('b').text, saves]).toEqual([
      '',
      'sent and more',
      [
        ['a', ''],
        ['b', 'sent and more'],
      ],
    ])
  })

  it('saves nothing that is stored already', async () => {
    const { keeper, saves } = setUp({ a: 'stored' })
    await keeper.load('a')
    await keeper.flush('a')
    await keeper.flush('b')
    expect(saves).toEqual([])
  })

  it('tells a failed save, keeps the text and saves it the next time', async () => {
    const { keeper, saves, failures, setFails } = setUp()
    setFails(true)
    keeper.write('a', 'Hi')
    await keeper.flush('a')
    setFails(false)
    await keeper.flush('a')
    expect([failures.length, keeper.read('a').text, saves]).toEqual([1, 'Hi', [['a', 'Hi']]])
  })
})
