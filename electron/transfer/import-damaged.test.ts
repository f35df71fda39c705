import fc from 'fast-check'
import { expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { openHistoryFile } from '../history/open-history-file.ts'
import { temporaryFile } from '../history/testing/temporary-history.ts'
import { exportText, importText, readSample } from './testing/transfer-in-process.ts'

const sample = Buffer.from(readSample('everything.alcove.json'))

/** Bytes put over, into or out of the sample. */
const damage = fc.array(
  fc.record({
    at: fc.nat(sample.length),
    remove: fc.oneof(fc.nat(3), fc.nat(sample.length)),
    insert: fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc
        .constantFrom('"', '{', '}', '[', ']', ',', '\\', '\\ud800', '-1', '1e999', 'null', '"__proto__":1,')
        .map((text) => Buffer.from(text)),
    ),
  }),
  { minLength: 1, maxLength: 3 },
)

it('survives any damage to a file: a reason or a report, and a sound history either way', async () => {
  await fc.assert(
    fc.asyncProperty(damage, async (changes) => {
      let bytes = sample
      for (const { at, remove, insert } of changes) {
        bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)])
      }
      const db = openHistoryFile(temporaryFile())
      try {
        const report = await importText(db, bytes).catch((error) => error)
        if (!(report instanceof AppError)) expect(report).toMatchObject({ conversations: { unchanged: 0 } })
        expect(db.pragma('foreign_key_check')).toEqual([])
        const after = exportText(db)
        const other = openHistoryFile(temporaryFile())
        await importText(other, after)
        expect(exportText(other)).toBe(after)
        other.close()
      } finally {
        db.close()
      }
    }),
    { numRuns: 150 },
  )
}, 120_000)
