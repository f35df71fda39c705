import type { History } from '../history/history.ts'

/** What an import asks of the history. */
export type ImportHistory = Pick<
  History,
  'beginImport' | 'importSurroundings' | 'importConversations' | 'importAttachment' | 'orderImported'
>

/** The same, at run time: the only names that the bulk worker may have called for it. */
export const importCalls: ReadonlySet<string> = new Set<keyof ImportHistory>([
  'beginImport',
  'importSurroundings',
  'importConversations',
  'importAttachment',
  'orderImported',
])
