// Keeps a history of the present schema in tests/fixtures/histories, before the next migration is written.
import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { bundleForNode } from '../electron/history/testing/bundle-for-node.ts'
import { mustRun } from './run-process.ts'

const projectRoot = resolve(import.meta.dirname, '..')
const program = await bundleForNode({ 'keep-schema': 'testing/keep-schema.ts' })
await mustRun(process.execPath, [join(program, 'keep-schema.mjs'), join(projectRoot, 'tests/fixtures/histories')])
rmSync(program, { recursive: true })
