// Run before each file of tests in a real window: whatever the file starts, by whichever way, has its connections written
// down, and the file fails if any of them led elsewhere than to a server that it had said the app may reach.
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { connectLogEnvironment, expectOnlyAllowed } from './connect-log.ts'

const folder = process.env.ALCOVE_CONNECT_LOGS
if (folder !== undefined) {
  const log = join(folder, `${process.pid}-${Date.now()}.log`)
  Object.assign(process.env, connectLogEnvironment(log))
  afterAll(() => expectOnlyAllowed(log))
}
