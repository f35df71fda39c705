/** What the index of a history holds, told by the index itself, and what it should hold. */
import type { Database } from '../../database.ts'
import { INDEX_TEXT_VERSION, indexEntry } from '../index-text.ts'

interface Entry {
  term: string
  /** The `seq` of the message. */
  doc: number
  /** Place of the word in the text; null for a stem. */
  offset: number | null
}

/** Every word and every stem of every message in the index. */
export function allEntries(db: Database): Entry[] {
  db.exec(`
    CREATE VIRTUAL TABLE IF NOT EXISTS temp.words USING fts5vocab (main, message_index, 'instance');
    CREATE VIRTUAL TABLE IF NOT EXISTS temp.stems USING fts5vocab (main, message_stems, 'instance')`)
  return [...read(db, 'words'), ...read(db, 'stems')]
}

/** The same for an index made anew, from nothing, of every message that has ended. */
export function expectedEntries(db: Database): Entry[] {
  const tokenizer = "tokenize = 'unicode61 remove_diacritics 2'"
  db.exec(`
    CREATE VIRTUAL TABLE temp.fresh_index USING fts5 (text, ${tokenizer});
    CREATE VIRTUAL TABLE temp.fresh_stems USING fts5 (stems, detail = 'none', ${tokenizer});
    CREATE VIRTUAL TABLE temp.fresh_index_words USING fts5vocab (temp, fresh_index, 'instance');
    CREATE VIRTUAL TABLE temp.fresh_stems_words USING fts5vocab (temp, fresh_stems, 'instance')`)
  const words = db.prepare('INSERT INTO temp.fresh_index (rowid, text) VALUES (:seq, :text)')
  const stems = db.prepare('INSERT INTO temp.fresh_stems (rowid, stems) VALUES (:seq, :stems)')
  const messages = "SELECT seq, text FROM messages WHERE status <> 'streaming'"
  for (const message of db.prepare<[], { seq: number; text: string }>(messages).all()) {
    const entry = indexEntry(message.text, INDEX_TEXT_VERSION)
    words.run({ seq: message.seq, text: entry.text })
    stems.run({ seq: message.seq, stems: entry.stems })
  }
  const entries = [...read(db, 'fresh_index_words'), ...read(db, 'fresh_stems_words')]
  for (const name of ['index_words', 'stems_words', 'index', 'stems']) db.exec(`DROP TABLE temp.fresh_${name}`)
  return entries
}

function read(db: Database, table: string): Entry[] {
  return db.prepare<[], Entry>(`SELECT term, doc, offset FROM temp.${table} ORDER BY doc, offset, term`).all()
}
