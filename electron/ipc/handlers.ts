import { clipboard } from 'electron'
import {
  createConversation,
  markConversationRead,
  renameConversation,
  restoreConversation,
  selectBranch,
  trashConversation,
  updateConversation,
} from '../conversations/conversations.ts'
import { knownCapabilities, setWindowByHand } from '../endpoint/capabilities.ts'
import {
  createEndpoint,
  deleteEndpoint,
  listEndpoints,
  listSavedModels,
  updateEndpoint,
} from '../endpoint/saved-endpoints.ts'
import { checkSavedModel, testAddress, testSavedEndpoint } from '../endpoint/servers/saved-model.ts'
import { searchLocal } from '../endpoint/servers/search-local.ts'
import type { History } from '../history/history.ts'
import { askAndChangeKey, openWithCode, openWithFile, showCode } from '../keys/recovery/use-recovery-code.ts'
import type { Alcove } from '../lifecycle/alcove.ts'
import type { OpenHistory } from '../lifecycle/open-history.ts'
import { previewPrompt } from '../memory/preview.ts'
import { listConnections } from '../network/network-log.ts'
import { readSettings, updateSettings } from '../settings/settings.ts'
import { askAndExport, showExportedFile } from '../transfer/ask-export.ts'
import { askAndImport } from '../transfer/ask-import.ts'
import { openLink } from '../window/open-link.ts'
import type { CallHandlers, StreamHandlers } from './handler-types.ts'
import { push } from './push.ts'

/** Model lists and tests of an address end by themselves after this long. */
const ASK_TIMEOUT_MS = 15_000

/** The map of all calls: channel to feature, one line each. */
export function createCallHandlers(alcove: Alcove): CallHandlers {
  const { keys, preferences } = alcove
  const history = () => alcove.open().history
  const undisturbed = () => givingWay(alcove.open())
  const withoutTitling = (conversationId: string) => cancellingTitle(alcove.open(), conversationId)
  return {
    'app.getState': () => alcove.appState(),
    'app.retryHistory': async () => retryHistory(alcove),
    'app.openLink': async ({ url }) => ({ opened: await openLink(url) }),
    'app.copyText': async ({ text }) => done(await clipboard.writeText(text)),
    'app.showDataFolder': () => done(alcove.showDataFolder()),
    'app.getPreferences': () => preferences.get(),
    'app.updatePreferences': (changes) =>
      pushed('app.preferencesChanged', preferences.update(defined(changes)), alcove.applyTheme),

    'settings.get': () => readSettings(history()),
    'settings.update': async (changes) => pushed('settings.changed', await updateSettings(history(), defined(changes))),

    'conversations.list': (input) => history().listConversations(input),
    'conversations.get': (input) => history().getConversation(input),
    'conversations.create': () => createConversation(history()),
    'conversations.rename': (input) => renameConversation(withoutTitling(input.conversationId), input),
    'conversations.update': (input) => updateConversation(history(), input),
    'conversations.markRead': async ({ conversationId }) => done(await markConversationRead(history(), conversationId)),
    'conversations.trash': async ({ conversationId }) =>
      done(await trashConversation(withoutTitling(conversationId), conversationId)),
    'conversations.restore': async ({ conversationId }) => done(await restoreConversation(history(), conversationId)),
    'conversations.selectBranch': (input) => selectBranch(history(), input),

    'messages.list': (input) => history().listBranch(input),
    'messages.get': (input) => history().getMessage(input),

    'drafts.get': (input) => history().getDraft(input),
    'drafts.save': async (input) => done(await undisturbed().saveDraft({ ...input, now: Date.now() })),

    'endpoints.list': () => listEndpoints(history(), keys),
    'endpoints.create': async (input) => changedEndpoints(await createEndpoint(history(), keys, input)),
    'endpoints.update': async (input) => changedEndpoints(await updateEndpoint(history(), keys, input)),
    'endpoints.delete': async ({ endpointId }) =>
      changedEndpoints(done(await deleteEndpoint(history(), keys, endpointId))),
    'endpoints.models': ({ endpointId }) => listSavedModels(history(), keys, endpointId, inTime()),
    'endpoints.test': ({ endpointId }) => testSavedEndpoint(undisturbed(), keys, endpointId, inTime()),
    'endpoints.testAddress': (input) => testAddress(undisturbed(), input, inTime()),
    'endpoints.capabilities': ({ endpointId, model }) => knownCapabilities(history(), endpointId, model),
    'endpoints.setModelWindow': async ({ endpointId, model, windowTokens }) =>
      changedEndpoints(await setWindowByHand(history(), endpointId, model, windowTokens)),
    'endpoints.search': () => searchLocal({ signal: inTime() }),

    'network.list': () => listConnections(),

    'memory.preview': (input) => previewPrompt(input.text === '' ? history() : undisturbed(), input),

    'replies.start': (input) => alcove.open().replies.start(input),
    'replies.stop': ({ replyId }) => done(alcove.open().replies.stop(replyId)),

    'keys.showRecoveryCode': async () => done(await showCodeAndRemember(alcove)),
    'keys.change': () => changeKeyAndShowCode(alcove),
    'keys.openWithRecoveryCode': async ({ code }) => stateAfter(alcove, openWithCode(alcove.holder, code)),
    'keys.openWithRecoveryFile': async () => stateAfter(alcove, openWithFile(alcove.holder, alcove.window())),

    'statistics.get': () => history().getStatistics({}),

    'transfer.showFile': () => done(showExportedFile()),
  }
}

/** The map of all streams. */
export function createStreamHandlers(alcove: Alcove): StreamHandlers {
  return {
    'replies.watch': (input, signal) => alcove.open().replies.watch(input, signal),
    'transfer.export': (input, signal) => askAndExport(alcove.window(), alcove.open(), input, signal),
    'transfer.import': (_input, signal) => askAndImport(alcove.window(), alcove.open(), signal),
    'endpoints.check': (input, signal) => checkSavedModel(givingWay(alcove.open()), alcove.keys, input, signal),
    'history.salvage': (_input, signal) => alcove.salvage(signal),
  }
}

/** Work in the background makes room for what the person is doing: writing, or trying a server. */
function givingWay({ history, background }: OpenHistory): History {
  background.noteActivity()
  return history
}

/** A title that is being made is of no use any more. */
function cancellingTitle({ history, titles }: OpenHistory, conversationId: string): History {
  titles.cancel(conversationId)
  return history
}

function inTime(): AbortSignal {
  return AbortSignal.timeout(ASK_TIMEOUT_MS)
}

/** The empty answer, whatever the feature returned. */
function done(_nothing: unknown): Record<string, never> {
  return {}
}

function pushed<N extends 'app.preferencesChanged' | 'settings.changed', T extends Parameters<typeof push<N>>[1]>(
  name: N,
  payload: T,
  also?: () => void,
): T {
  also?.()
  push(name, payload)
  return payload
}

function changedEndpoints<T>(value: T): T {
  push('endpoints.changed', {})
  return value
}

/** The contract's optional fields as TypeScript's exact ones: absent rather than undefined. */
function defined<T extends object>(changes: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as never
}

async function retryHistory(alcove: Alcove) {
  return stateAfter(alcove, alcove.holder.open())
}

async function stateAfter(alcove: Alcove, work: Promise<void>) {
  await work
  return alcove.appState()
}

/** The former code no longer opens the history, so the new one is shown at once. */
async function changeKeyAndShowCode(alcove: Alcove) {
  const outcome = await askAndChangeKey(alcove, alcove.window())
  if (outcome.changed) {
    pushed('app.preferencesChanged', alcove.preferences.update({ recoveryCodeSaved: false, recoveryReminderAt: 0 }))
    await showCodeAndRemember(alcove)
  }
  return outcome
}

async function showCodeAndRemember({ keys, preferences, window }: Alcove): Promise<void> {
  if (await showCode(window(), keys)) {
    pushed('app.preferencesChanged', preferences.update({ recoveryCodeSaved: true }))
  }
}
