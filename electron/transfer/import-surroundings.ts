import { z } from 'zod'
import { Settings } from '../../shared/records.ts'
import { FileEndpoint, FileFolder } from './alcove-format.ts'
import type { ImportHistory } from './import-history.ts'
import type { ReportBuilder } from './import-report.ts'

/** Far more than anyone has; a hostile file must not fill the memory. */
const MOST_VALUES = 100_000

/** Folders, tags, endpoints and settings, handed over before the first conversation that may need them. */
export function createSurroundings(history: ImportHistory, report: ReportBuilder, fresh: boolean) {
  let folders: FileFolder[] = []
  let endpoints: FileEndpoint[] = []
  let tags: string[] = []
  let settings: Record<string, unknown> = {}

  function parse<T>(schema: z.ZodType<T>, list: T[], name: string, value: unknown): void {
    const parsed = schema.safeParse(value)
    if (parsed.success && list.length < MOST_VALUES) list.push(parsed.data)
    else report.addProblem('', `A value in “${name}” is not what the format allows and was left out.`)
  }

  return {
    add(name: string, value: unknown): void {
      if (name === 'folders') parse(FileFolder, folders, name, value)
      else if (name === 'endpoints') parse(FileEndpoint, endpoints, name, value)
      else if (name === 'tags') parse(z.string().min(1).max(500), tags, name, value)
    },
    addSettings(value: unknown): void {
      settings = knownSettings(value, report)
    },
    async flush(): Promise<void> {
      const has = folders.length + endpoints.length + tags.length + Object.keys(settings).length > 0
      if (!has) return
      if (!fresh && endpoints.length + Object.keys(settings).length > 0) {
        report.addProblem('', 'The settings and endpoints in the file were left out: this history has its own.')
      }
      if (fresh) {
        for (const { name, baseUrl } of endpoints) {
          report.addProblem('', `The endpoint “${name}” at ${baseUrl} was set up from the file, without its key.`)
        }
      }
      await history.importSurroundings({ fresh, folders, tags, endpoints, settings })
      folders = []
      endpoints = []
      tags = []
      settings = {}
    },
  }
}

/** A file may not set what this version does not know, nor to what it does not allow. */
function knownSettings(value: unknown, report: ReportBuilder): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return {}
  const known: Record<string, unknown> = {}
  for (const [key, setting] of Object.entries(value)) {
    const schema = Object.hasOwn(Settings.shape, key) ? Settings.shape[key as keyof typeof Settings.shape] : undefined
    const parsed = schema?.safeParse(setting)
    if (parsed?.success) known[key] = parsed.data
    else report.addProblem('', `The setting “${key.slice(0, 100)}” is not known here and was left out.`)
  }
  return known
}
