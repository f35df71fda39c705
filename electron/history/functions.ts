/** Everything that the history can do, by name. Each takes the connection and one object, and answers at once. */
import type { Relief } from './ballast.ts'
import { beginReply } from './begin-reply.ts'
import { forgetCapability, getCapabilities, setCapabilities } from './capabilities.ts'
import { hashExistingStep } from './content-hash.ts'
import {
  createConversation,
  getConversation,
  markConversationRead,
  renameConversation,
  restoreConversation,
  selectBranch,
  trashConversation,
  updateConversation,
} from './conversations.ts'
import { getDraft, saveDraft } from './drafts.ts'
import { createEndpoint, deleteEndpoint, getEndpoint, listEndpoints, updateEndpoint } from './endpoints.ts'
import { eraseConversations, eraseMessage } from './erase/erase.ts'
import { areIdsTaken, findKnown, importConversations } from './import/conversations.ts'
import { abandonStaged, eraseStep, finishStaged, stageConversation, stageMessages } from './import/staged.ts'
import { rebuildIndex } from './index/rebuild-index.ts'
import { listConversations } from './list-conversations.ts'
import { getMessage, listBranch } from './messages.ts'
import { readAttachment } from './read-attachment.ts'
import { readPrompt } from './read-prompt.ts'
import { appendChunks, finishReply, interruptStreaming, listStreaming, updateRequest } from './replies.ts'
import { getSettings, setSettings } from './settings.ts'
import { getStatistics } from './statistics.ts'
import { awaitsModelTitle, setModelTitle } from './titles.ts'
import { beginImport, importAttachment, importSurroundings, orderImported, recordImport } from './transfer.ts'

export const functions = {
  listConversations,
  getConversation,
  createConversation,
  renameConversation,
  awaitsModelTitle,
  setModelTitle,
  updateConversation,
  markConversationRead,
  trashConversation,
  restoreConversation,
  eraseConversations,
  eraseMessage,
  rebuildIndex,
  selectBranch,
  listBranch,
  getMessage,
  readPrompt,
  beginReply,
  updateRequest,
  appendChunks,
  finishReply,
  interruptStreaming,
  listStreaming,
  getDraft,
  saveDraft,
  getSettings,
  setSettings,
  getStatistics,
  listEndpoints,
  getEndpoint,
  createEndpoint,
  updateEndpoint,
  deleteEndpoint,
  setCapabilities,
  forgetCapability,
  getCapabilities,
  readAttachment,
  beginImport,
  importSurroundings,
  importConversations,
  findKnown,
  areIdsTaken,
  hashExistingStep,
  stageConversation,
  stageMessages,
  finishStaged,
  abandonStaged,
  eraseStep,
  importAttachment,
  orderImported,
  recordImport,
} as const

export type FunctionName = keyof typeof functions

/** Work in batches, served only while nobody waits for anything else. */
export const bulkFunctions: ReadonlySet<FunctionName> = new Set<FunctionName>([
  'getStatistics',
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
  'recordImport',
])

/** What is done although the disk is full; everything else fails with `disk-full` until there is space. */
export const reliefs: Partial<Record<FunctionName, Relief>> = {
  trashConversation: 'deleting',
  restoreConversation: 'deleting',
  eraseConversations: 'deleting',
  eraseMessage: 'deleting',
  deleteEndpoint: 'deleting',
  interruptStreaming: 'deleting',
  appendChunks: 'finishing',
  finishReply: 'finishing',
  saveDraft: 'finishing',
  markConversationRead: 'finishing',
}
