import { describe, expect, it } from 'vitest'
import { hasCommand, parseCommand } from './parse-command.ts'

const parse = (...args: string[]) => parseCommand(['/opt/alcove', ...args], '/home/a')

function commandOf(...args: string[]) {
  const parsed = parse(...args)
  if (!parsed?.ok) throw new Error(parsed?.mistake ?? 'no command')
  return parsed.command
}

describe('a start with a command', () => {
  it('is told from one that opens the window', () => {
    const starts = [[], ['--user-data-dir=/x'], ['/x/--export'], ['--exports'], ['--stats'], ['--export=f']]
    expect(starts.map(hasCommand)).toEqual([false, false, false, false, true, true])
    expect(parse('--user-data-dir=/x', '--no-sandbox', '.')).toBeUndefined()
  })

  it('takes paths as they are meant where it was typed', () => {
    expect(commandOf('--export', 'all.json', '--format=plain-json', '--compact')).toEqual({
      name: 'export',
      file: '/home/a/all.json',
      format: 'plain-json',
      compact: true,
      recoveryCodeFile: undefined,
    })
    expect(commandOf('--import=/tmp/in.json', '--recovery-code-file', '../code.txt')).toEqual({
      name: 'import',
      file: '/tmp/in.json',
      recoveryCodeFile: '/home/code.txt',
    })
    expect(commandOf('--backup', '.')).toEqual({ name: 'backup', folder: '/home/a', recoveryCodeFile: undefined })
  })

  it('lets the switches of Chromium and the folder of an app that is not packaged stand beside it', () => {
    const around = ['--no-sandbox', '--user-data-dir=/x', '/opt/alcove', '--verify', '--disable-gpu']
    expect(commandOf(...around)).toEqual({ name: 'verify', recoveryCodeFile: undefined })
  })

  it.each([
    [['--export']],
    [['--export', '--compact']],
    [['--export', '']],
    [['--export=a', '--export=b']],
    [['--verify=yes']],
    [['--verify', '--stats']],
    [['--verify', 'now']],
    [['--verify', '--', 'now']],
    [['--verify', '--fast']],
    [['--verify', '--compact']],
    [['--validate', 'a', '--recovery-code-file', 'b']],
  ])('refuses %j and says what is wrong', (args) => {
    expect(parse(...args)).toEqual({ ok: false, mistake: expect.stringMatching(/\.$/) })
  })
})
