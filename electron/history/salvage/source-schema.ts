/** Which tables a history has and how their rows lie in the file, without trusting a word of SQL that the file holds. */

import Sqlite from 'better-sqlite3'
import { AppError } from '../../../shared/errors.ts'
import type { Database } from '../database.ts'
import { type Migration, migrate } from '../migrate.ts'
import { walkTree } from './pages/b-tree.ts'
import type { PageSource } from './pages/page-source.ts'

export interface SourceTable {
  name: string
  /** Tables without row numbers lie in the file like an index. */
  kind: 'table' | 'index'
  /** In the order in which a record holds them; those computed when read are not stored. */
  columns: SourceColumn[]
  /** The column that stands for the row number; its place in a record is empty. */
  rowidColumn: string | null
  /** Page where its tree begins; undefined where nothing says so any more. */
  root: number | undefined
}

interface SourceColumn {
  name: string
  type: string
  isRequired: boolean
}

export interface SourceSchema {
  version: number
  tables: SourceTable[]
  /** Page where each index begins, by its name. */
  indexRoots: Map<string, number>
}

interface ColumnInfo {
  name: string
  type: string
  notnull: number
  pk: number
  /** 2 and 3: computed. */
  hidden: number
}

const VERSION_AT = 60

/** Made anew from the rows that were saved: counts of the list, and everything of the index of words. */
const DERIVED = /^(list_totals|message_(index|stems).*|sqlite_.*)$/

/** Throws `history-from-newer-version`. */
export function readSourceSchema(
  pages: PageSource,
  migrations: readonly Migration[],
  nativeBinding: string | undefined,
): SourceSchema {
  const version = pages.readKept(1)?.readUInt32BE(VERSION_AT) ?? migrations.length
  if (version > migrations.length) {
    const message = 'This history was written by a newer version of Alcove. Install that version to salvage it.'
    throw new AppError('history-from-newer-version', message)
  }
  const roots = readRoots(pages)
  const model = new Sqlite(':memory:', nativeBinding ? { nativeBinding } : {})
  try {
    migrate(model, migrations.slice(0, version))
    return { version, tables: describeTables(model, roots), indexRoots: roots }
  } finally {
    model.close()
  }
}

/** First pages of tables and indexes by name; where the rows that name them are damaged, from their kept copy. */
function readRoots(pages: PageSource): Map<string, number> {
  const roots = new Map<string, number>()
  const kept: PageSource = { ...pages, read: pages.readKept }
  for (const { values } of walkTree(kept, { kind: 'table', root: 1, seen: new Set(), onDamaged: () => undefined })) {
    const [, name, , root] = values
    if (typeof name === 'string' && typeof root === 'number' && root > 0) roots.set(name, root)
  }
  return roots
}

function describeTables(model: Database, roots: ReadonlyMap<string, number>): SourceTable[] {
  const sql = "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' ORDER BY name"
  return model
    .prepare<[], { name: string; wr: number }>(sql)
    .all()
    .filter(({ name }) => !DERIVED.test(name))
    .map(({ name, wr }) => describeTable(model, { name, isIndex: wr === 1, root: roots.get(name) }))
}

function describeTable(
  model: Database,
  { name, isIndex, root }: { name: string; isIndex: boolean; root: number | undefined },
): SourceTable {
  const infos = model
    .prepare<[string], ColumnInfo>('SELECT name, type, "notnull", pk, hidden FROM pragma_table_xinfo(?)')
    .all(name)
    .filter(({ hidden }) => hidden === 0)
  const keys = infos.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk)
  const stored = isIndex ? [...keys, ...infos.filter(({ pk }) => pk === 0)] : infos
  const rowid = !isIndex && keys.length === 1 && keys[0]?.type === 'INTEGER' ? keys[0].name : null
  return {
    name,
    kind: isIndex ? 'index' : 'table',
    columns: stored.map((info) => ({ name: info.name, type: info.type, isRequired: info.notnull === 1 })),
    rowidColumn: rowid,
    root,
  }
}
