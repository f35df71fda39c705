// Everything that can be said about the sources without running them.
import { join } from 'node:path'
import { projectRoot } from './build.ts'
import { run } from './run-process.ts'

const binary = (name: string) =>
  join(projectRoot, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name)

const checks = [
  { name: 'format and lint (biome)', command: 'biome', args: ['ci', '.'] },
  { name: 'lint with types (oxlint)', command: 'oxlint', args: ['--type-aware'] },
  { name: 'types (tsc)', command: 'tsc', args: ['-b'] },
  { name: 'unused code (knip)', command: 'knip', args: [] },
]

const failed: string[] = []
for (const { name, command, args } of checks) {
  console.log(`== ${name}`)
  const { code } = await run(binary(command), args, { cwd: projectRoot, shell: process.platform === 'win32' })
  console.log(code === 0 ? `ok: ${name}` : `FAILED: ${name}`)
  if (code !== 0) failed.push(name)
}

if (failed.length > 0) console.error(`Failed: ${failed.join(', ')}`)
process.exitCode = failed.length > 0 ? 1 : 0
