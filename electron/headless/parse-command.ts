/** The commands that Alcove carries out without a window, as they are typed. */
import path from 'node:path'
import { parseArgs } from 'node:util'

export type Command = { recoveryCodeFile: string | undefined } & (
  | { name: 'export'; file: string; format: string; compact: boolean }
  | { name: 'import'; file: string }
  | { name: 'validate'; file: string }
  | { name: 'backup'; folder: string }
  | { name: 'verify' }
  | { name: 'stats' }
)

export type ParsedCommand = { ok: true; command: Command } | { ok: false; mistake: string }

const VERBS = ['export', 'import', 'validate', 'backup', 'verify', 'stats'] as const
const options = {
  export: { type: 'string' },
  import: { type: 'string' },
  validate: { type: 'string' },
  backup: { type: 'string' },
  verify: { type: 'boolean' },
  stats: { type: 'boolean' },
  format: { type: 'string' },
  compact: { type: 'boolean' },
  'recovery-code-file': { type: 'string' },
} as const
type OptionName = keyof typeof options

/** Chromium's own, which may stand anywhere. Everything else after the command must be ours: a typo is not ignored. */
const CHROMIUM_SWITCHES = new Set(['user-data-dir', 'password-store', 'ozone-platform', 'no-sandbox', 'disable-gpu'])

export const USAGE = `Usage: alcove COMMAND [OPTIONS]
  --export FILE     write the whole history to FILE
      --format alcove-json | plain-json, --compact
  --import FILE     take in what FILE holds
  --validate FILE   read FILE as an import would, and change nothing
  --verify          check the whole history for damage
  --backup FOLDER   put a verified, encrypted copy of the history into FOLDER
  --stats           count what the history holds
  --recovery-code-file FILE   open the history with the code in FILE, without the keyring
`

/** Whether a window stays closed for these arguments. */
export function hasCommand(args: readonly string[]): boolean {
  return args.some((arg) => VERBS.some((verb) => arg === `--${verb}` || arg.startsWith(`--${verb}=`)))
}

/**
 * The command in `process.argv`; undefined when there is none and the window should open. Paths are resolved against
 * `folder`.
 */
export function parseCommand(argv: readonly string[], folder: string): ParsedCommand | undefined {
  const args = argv.slice(1)
  if (!hasCommand(args)) return undefined
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true })
  const values = new Map<OptionName, string>()
  let started = false
  for (const token of tokens) {
    if (token.kind !== 'option') {
      // What stands before is the folder of an app that is not packaged.
      if (started) return wrong(`“${token.kind === 'positional' ? token.value : '--'}” belongs to no option.`)
      continue
    }
    const { name, value, inlineValue } = token
    if (!isOption(name)) {
      if (started && !CHROMIUM_SWITCHES.has(name)) return wrong(`There is no option ${token.rawName}.`)
      continue
    }
    started = true
    if (values.has(name)) return wrong(`--${name} stands there twice.`)
    const isMissing = value === undefined || value === '' || (inlineValue === false && value.startsWith('--'))
    if (options[name].type === 'string' && isMissing) return wrong(`--${name} needs a value.`)
    if (options[name].type === 'boolean' && value !== undefined) return wrong(`--${name} takes no value.`)
    values.set(name, value ?? '')
  }
  return toCommand(values, folder)
}

function toCommand(values: ReadonlyMap<OptionName, string>, folder: string): ParsedCommand {
  const [name, another] = VERBS.filter((verb) => values.has(verb))
  if (!name) return wrong('There is no command.')
  if (another) return wrong(`--${name} and --${another} are two commands. Give one of them.`)
  const shape = (['format', 'compact'] as const).find((option) => values.has(option))
  if (shape && name !== 'export') return wrong(`--${shape} belongs to --export.`)
  const codeFile = values.get('recovery-code-file')
  if (codeFile !== undefined && name === 'validate') return wrong('--validate opens no history.')
  const recoveryCodeFile = codeFile === undefined ? undefined : path.resolve(folder, codeFile)
  const place = path.resolve(folder, values.get(name) ?? '')
  switch (name) {
    case 'export': {
      const format = values.get('format') ?? 'alcove-json'
      return { ok: true, command: { name, file: place, format, compact: values.has('compact'), recoveryCodeFile } }
    }
    case 'import':
    case 'validate':
      return { ok: true, command: { name, file: place, recoveryCodeFile } }
    case 'backup':
      return { ok: true, command: { name, folder: place, recoveryCodeFile } }
    case 'verify':
    case 'stats':
      return { ok: true, command: { name, recoveryCodeFile } }
  }
}

function isOption(name: string): name is OptionName {
  return Object.hasOwn(options, name)
}

function wrong(mistake: string): ParsedCommand {
  return { ok: false, mistake }
}
