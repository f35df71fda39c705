import { parseArgs } from 'node:util'
import { startFakeEndpoint } from './fake-endpoint.ts'
import type { Fault } from './fake-fault.ts'

/**
 * A fake endpoint to try the app against by hand:
 * `node tests/fakes/run-fake-endpoint.ts --port 8080 --key secret --fault '{"type":"cut","afterTokens":3}'`
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8080' },
    key: { type: 'string' },
    fault: { type: 'string' },
    'context-tokens': { type: 'string', default: '4096' },
    'tokens-per-second': { type: 'string', default: '60' },
  },
})

const endpoint = await startFakeEndpoint({
  port: Number(values.port),
  contextTokens: Number(values['context-tokens']),
  tokensPerSecond: Number(values['tokens-per-second']),
  ...(values.key === undefined ? {} : { key: values.key }),
  ...(values.fault === undefined ? {} : { fault: JSON.parse(values.fault) as Fault }),
})
process.stdout.write(`A fake endpoint answers at ${endpoint.url}. Press Ctrl+C to stop it.\n`)
