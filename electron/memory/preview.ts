import type { CallInput } from '../../shared/contract-types.ts'
import { AppError } from '../../shared/errors.ts'
import type { SendPreview } from '../../shared/record-types.ts'
import { type KnownWindow, knownWindow } from '../endpoint/model-window.ts'
import type { History } from '../history/history.ts'
import { chooseTarget } from '../replies/choose-target.ts'
import { readSettings } from '../settings/settings.ts'
import { ASSUMED_WINDOW_TOKENS } from './build-prompt.ts'
import { preparePrompt } from './prepare-prompt.ts'

/** What would be sent if `text` were sent now; asks no server. An empty text counts what is there already. */
export async function previewPrompt(
  history: History,
  { conversationId, text }: CallInput<'memory.preview'>,
): Promise<SendPreview> {
  const [conversation, settings] = await Promise.all([
    history.getConversation({ conversationId }),
    readSettings(history),
  ])
  const window = await windowFor()
  const { summary } = await preparePrompt(history, {
    conversation,
    settings,
    window,
    leafId: null,
    ...(text === '' ? {} : { newText: text }),
  })
  return summary

  async function windowFor(): Promise<KnownWindow> {
    try {
      const { endpoint, model } = await chooseTarget(history, conversation, settings)
      return await knownWindow(history, endpoint, model)
    } catch (error) {
      if (error instanceof AppError && error.code === 'endpoint-missing')
        return { tokens: ASSUMED_WINDOW_TOKENS, source: 'assumed' }
      throw error
    }
  }
}
