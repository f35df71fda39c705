import type { History } from '../history/history.ts'

const names = [
  'beginImport',
  'importSurroundings',
  'importConversations',
  'findKnown',
  'areIdsTaken',
  'hashExistingStep',
  'stageConversation',
  'stageMessages',
  'finishStaged',
  'abandonStaged',
  'eraseStep',
  'importAttachment',
  'orderImported',
] as const

/** What an import asks of the history. */
export type ImportHistory = Pick<History, (typeof names)[number]>

/** The same, at run time: the only names that the bulk worker may have called for it. */
export const importCalls: ReadonlySet<string> = new Set(names)
