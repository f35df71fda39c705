/** Every guard whose removal some test must notice. */
import { answerAndTitleGuards } from './guarded/answers-and-titles.ts'
import { endpointGuards } from './guarded/endpoint.ts'
import { historyFileGuards } from './guarded/history-file.ts'
import { indexAndWorkerGuards } from './guarded/index-and-worker.ts'
import { keyGuards } from './guarded/keys.ts'
import { keyAndDamageGuards } from './guarded/keys-and-damage.ts'
import { replyGuards } from './guarded/replies.ts'
import { replyStreamGuards } from './guarded/reply-stream.ts'
import { searchAndRepairGuards } from './guarded/search-and-repair.ts'
import { serverGuards } from './guarded/servers.ts'
import { titleGuards } from './guarded/titles.ts'
import { transferAndWindowGuards } from './guarded/transfer-and-window.ts'
import type { Guard } from './run-without-guard.ts'

export const guards: readonly Guard[] = [
  ...historyFileGuards,
  ...keyAndDamageGuards,
  ...keyGuards,
  ...indexAndWorkerGuards,
  ...searchAndRepairGuards,
  ...transferAndWindowGuards,
  ...endpointGuards,
  ...replyStreamGuards,
  ...serverGuards,
  ...answerAndTitleGuards,
  ...replyGuards,
  ...titleGuards,
]
