import type { History } from '../history/history.ts'
import type { ImportOutcome } from '../history/import/conversations.ts'
import type { ImportHistory } from '../transfer/import-history.ts'

const NOWHERE = { conversation: 0, message: 0, activity: 0, trashed: 0 }

/** Takes everything that an import hands over, and keeps nothing: what is left is the report. */
export function discardingHistory(): History {
  const calls: ImportHistory & Pick<History, 'recordImport'> = {
    beginImport: async () => ({ place: NOWHERE, fresh: false }),
    importSurroundings: async () => undefined,
    importConversations: async ({ batch }) => {
      const conversations = JSON.parse(new TextDecoder().decode(batch)) as { id: string }[]
      const outcomes = conversations.map(imported)
      return { outcomes, place: NOWHERE, elapsedMs: 0 }
    },
    findKnown: async () => [],
    areIdsTaken: async () => false,
    hashExistingStep: async () => ({ lastSeq: 0, contentHash: null }),
    stageConversation: async ({ count }) => ({ staged: { conversationSeq: 0, firstSeq: 0, count }, place: NOWHERE }),
    stageMessages: async () => ({ elapsedMs: 0 }),
    finishStaged: async ({ conversation }) => imported(conversation),
    abandonStaged: async () => undefined,
    eraseStep: async () => false,
    importAttachment: async () => true,
    orderImported: async () => undefined,
    recordImport: async () => undefined,
  }
  return calls as History
}

function imported({ id }: { id: string }): ImportOutcome {
  return { outcome: 'imported', conversationId: id, endpointDropped: false, inTrash: false }
}
