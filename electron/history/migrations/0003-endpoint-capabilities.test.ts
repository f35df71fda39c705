import { expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../database.ts'
import { migrate } from '../migrate.ts'
import { migrations } from '../migrations.ts'
import { temporaryFile } from '../testing/temporary-history.ts'

it('keeps windows that were told or set, and every request', () => {
  const { file, key } = temporaryFile()
  const db = openDatabase({ file, key })
  onTestFinished(() => void db.close())
  migrate(db, migrations.slice(0, 2))
  db.exec(`
    INSERT INTO endpoints (id, name, kind, base_url, window_tokens, created_at)
    VALUES ('e', 'Local', 'http', 'http://127.0.0.1:1/v1', 2048, 1);
    INSERT INTO endpoint_models (endpoint_id, model, window_tokens, window_source, updated_at)
    VALUES ('e', 'told', 8192, 'server', 5), ('e', 'set', 4096, 'user', 6), ('e', 'guessed', 4096, 'assumed', 7);
    INSERT INTO conversations (seq, id, activity_seq, created_at, updated_at, raw_import)
    VALUES (1, 'c', 1, 1, 2, '{}');
    INSERT INTO messages (seq, id, conversation_seq, depth, role, status, created_at)
    VALUES (1, 'm', 1, 0, 'assistant', 'complete', 1);
    INSERT INTO requests (seq, message_seq, strategy, sent_messages, left_out_messages, estimated_tokens, window_tokens,
      window_source, continue_mode, created_at)
    VALUES (3, 1, 'last-n', 1, 2, 3, 4, 'assumed', 'user-turn', 9)`)
  const requests = db.prepare<[], object>('SELECT * FROM requests').all()
  migrate(db, migrations.slice(0, 3))
  expect(db.prepare('SELECT * FROM capabilities ORDER BY model').all()).toEqual([
    { endpoint_id: 'e', model: 'set', name: 'window', source: 'user', value: '4096', updated_at: 6 },
    { endpoint_id: 'e', model: 'told', name: 'window', source: 'server', value: '8192', updated_at: 5 },
  ])
  expect(db.prepare('SELECT window_tokens, streaming, waits, certificate FROM endpoints').all()).toEqual([
    { window_tokens: 2048, streaming: 1, waits: '{}', certificate: null },
  ])
  expect(db.prepare('SELECT * FROM requests').all()).toEqual(requests.map((row) => ({ ...row, notices: null })))
  expect(db.prepare('SELECT title_model FROM conversations').pluck().all()).toEqual([null])
  expect([db.pragma('foreign_key_check'), db.pragma('integrity_check', { simple: true })]).toEqual([[], 'ok'])
})
