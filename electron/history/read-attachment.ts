import type { Database } from './database.ts'
import { statement } from './statement.ts'

/** The bytes of an attachment; null where none has this hash, or its bytes have not come in yet. */
export function readAttachment(
  db: Database,
  { sha256 }: { sha256: string },
): { mediaType: string; bytes: Uint8Array } | null {
  const sql = 'SELECT media_type AS mediaType, bytes FROM attachments WHERE sha256 = :sha256 AND size_bytes > 0'
  return statement<{ mediaType: string; bytes: Uint8Array }>(db, sql).get({ sha256 }) ?? null
}
