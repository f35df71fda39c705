import type { StreamPart } from '../../shared/contract-types.ts'
import type { ImportOutcome } from '../history/import/conversations.ts'

export type ImportReport = Extract<StreamPart<'transfer.import'>, { type: 'import-end' }>['report']

/** More lines than anyone reads; a hostile file must not fill the memory with them. */
const MOST_PROBLEMS = 1_000

export interface ReportBuilder {
  counts: ImportReport['conversations']
  addProblem(conversation: string, message: string): void
  addOutcome(outcome: ImportOutcome, conversation: { title: string; messages: number }): void
  /** `complete`: everything in the file was read. */
  finish(complete: boolean): ImportReport
}

/** Collects what an import did. Every conversation of the file ends in exactly one of the four counts. */
export function createReportBuilder(): ReportBuilder {
  const counts = { imported: 0, unchanged: 0, copied: 0, skipped: 0 }
  const problems: ImportReport['problems'] = []
  let further = 0
  let messages = 0
  let endpointsDropped = 0

  function addProblem(conversation: string, message: string): void {
    if (problems.length < MOST_PROBLEMS) problems.push({ conversation, message })
    else further += 1
  }

  function addOutcome(outcome: ImportOutcome, conversation: { title: string; messages: number }): void {
    counts[outcome.outcome] += 1
    if (outcome.outcome !== 'unchanged') messages += conversation.messages
    if (outcome.endpointDropped) endpointsDropped += 1
    if (outcome.outcome === 'copied') {
      addProblem(conversation.title, 'It is here already with other content, so it was added as a copy.')
    }
    if (outcome.inTrash) addProblem(conversation.title, 'It is here already, in the trash. You can restore it there.')
  }

  return {
    counts,
    addProblem,
    addOutcome,
    finish(complete) {
      const lines = [...problems]
      if (endpointsDropped > 0) {
        const message = `${endpointsDropped} conversations named an endpoint that is not set up here; they use the default one.`
        lines.push({ conversation: '', message })
      }
      if (further > 0) lines.push({ conversation: '', message: `There are ${further} more problems like these.` })
      return { conversations: { ...counts }, messages, complete, problems: lines }
    },
  }
}
