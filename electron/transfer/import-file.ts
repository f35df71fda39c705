/** Reads an alcove-json file as a stream and hands what it holds to the history, a few conversations at a time. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { AppError } from '../../shared/errors.ts'
import { ALCOVE_FORMAT, ALCOVE_VERSION } from './alcove-format.ts'
import { createBatches } from './import-batches.ts'
import type { ImportHistory } from './import-history.ts'
import { createReportBuilder, type ImportReport, type ReportBuilder } from './import-report.ts'
import { removeUnfinished } from './import-staged.ts'
import { createSurroundings } from './import-surroundings.ts'
import { BrokenJson, createElementReader, type FileElement } from './read-elements.ts'

interface ImportArgs {
  path: string
  history: ImportHistory
  signal: AbortSignal
  onProgress?: (progress: { conversations: number; readBytes: number }) => void
}

const LIMITS = { elementBytes: 128 * 1024 * 1024, tokenBytes: 64 * 1024 * 1024, depth: 100 }
const REFUSALS = {
  'too-deep': 'It is nested too deeply.',
  'too-large': 'It is larger than 128 MiB.',
  'not-json': 'It is damaged in the file.',
}

const LISTS = new Set(['conversations', 'attachments', 'folders', 'endpoints', 'tags'])
const READ_SIZE = 256 * 1024

/** The shortest message in the format takes more bytes than this, so a file never holds more than size / this. */
const SHORTEST_MESSAGE_BYTES = 64

/**
 * Imports a whole file. What is invalid is skipped and reported, the rest goes in; a file that breaks off gives what came
 * before. Cancelling keeps the conversations that are in, each of them whole.
 * Throws 'import-invalid' for another kind of file, 'import-newer-format', and what the history throws.
 */
export async function importFile({ path, history, signal, onProgress }: ImportArgs): Promise<ImportReport> {
  const sizeBytes = await sizeOf(path)
  const report = createReportBuilder()
  await removeUnfinished(history, signal)
  const intake = await createIntake(history, {
    report,
    messagesAtMost: Math.ceil(sizeBytes / SHORTEST_MESSAGE_BYTES),
    signal,
  })
  let readBytes = 0
  let isBroken = false
  try {
    for await (const { elements, bytes } of readElements(path)) {
      if (signal.aborted) break
      for (const element of elements) {
        await intake.take(element)
        if (signal.aborted) break
      }
      readBytes += bytes
      onProgress?.({ conversations: intake.taken(), readBytes })
    }
  } catch (error) {
    if (!(error instanceof BrokenJson)) throw error
    if (!intake.isKnownFormat()) throw notOurs(error)
    isBroken = true
    const percent = Math.floor((100 * readBytes) / Math.max(1, sizeBytes))
    report.addProblem(
      '',
      `The file is damaged after about ${percent} %. What comes before was taken over, nothing after it.`,
    )
  }
  if (!signal.aborted && !intake.isKnownFormat()) throw notOurs()
  await intake.finish(!signal.aborted)
  return report.finish(!(isBroken || signal.aborted))
}

async function sizeOf(path: string): Promise<number> {
  try {
    const found = await stat(path)
    if (found.isFile()) return found.size
  } catch (cause) {
    throw unreadable(cause)
  }
  throw unreadable()
}

async function* readElements(path: string): AsyncGenerator<{ elements: FileElement[]; bytes: number }> {
  const reader = createElementReader(LISTS, LIMITS)
  const stream = createReadStream(path, { highWaterMark: READ_SIZE })
  let first = true
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const marked = first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf
      first = false
      yield { elements: reader.push(marked ? chunk.subarray(3) : chunk), bytes: chunk.byteLength }
    }
  } catch (error) {
    throw error instanceof BrokenJson ? error : unreadable(error)
  }
  reader.end()
}

interface Intake {
  take(element: FileElement): Promise<void>
  /** Conversations read so far. */
  taken(): number
  isKnownFormat(): boolean
  finish(complete: boolean): Promise<void>
}

async function createIntake(
  history: ImportHistory,
  { report, messagesAtMost, signal }: { report: ReportBuilder; messagesAtMost: number; signal: AbortSignal },
): Promise<Intake> {
  const { place, fresh } = await history.beginImport({ messagesAtMost })
  const header: { format?: unknown; version?: unknown } = {}
  const batches = createBatches(history, { report, start: place, signal })
  const surroundings = createSurroundings(history, report, fresh)

  async function takeElement(element: Extract<FileElement, { type: 'element' }>): Promise<void> {
    const { name, value } = element
    if (name === 'conversations') {
      await surroundings.flush()
      await batches.add(element)
    } else if (name === 'attachments') {
      await batches.flush()
      await batches.addAttachment(value)
    } else surroundings.add(name, value)
  }

  return {
    async take(element) {
      if (element.type === 'member') {
        if (element.name === 'format') header.format = element.value
        else if (element.name === 'version') header.version = element.value
        else if (element.name === 'settings') surroundings.addSettings(element.value)
        return
      }
      assertKnownFormat(header)
      if (element.type === 'element') await takeElement(element)
      else if (element.name === 'conversations') {
        batches.refuse(REFUSALS[element.reason])
      } else report.addProblem('', `A value in “${element.name.slice(0, 100)}” cannot be read and was left out.`)
    },
    taken: () => batches.taken(),
    isKnownFormat: () => header.format === ALCOVE_FORMAT && header.version === ALCOVE_VERSION,
    async finish(complete) {
      if (complete) assertKnownFormat(header)
      await surroundings.flush()
      await batches.finish(complete)
    },
  }
}

function assertKnownFormat({ format, version }: { format?: unknown; version?: unknown }): void {
  if (format !== ALCOVE_FORMAT) throw notOurs()
  if (version === ALCOVE_VERSION) return
  if (typeof version === 'number' && version > ALCOVE_VERSION) {
    const message = 'This file was written by a newer version of Alcove. Install that version, then import it again.'
    throw new AppError('import-newer-format', message)
  }
  throw notOurs()
}

function notOurs(cause?: unknown): AppError {
  const message = 'This file is not an Alcove export, or its beginning is damaged. Choose a file that Alcove exported.'
  return new AppError('import-invalid', message, { cause })
}

function unreadable(cause?: unknown): AppError {
  const message = 'The file could not be read. Check that it is still there and that you may open it.'
  return new AppError('import-invalid', message, { cause })
}
