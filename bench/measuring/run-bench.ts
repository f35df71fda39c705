// Runs one measurement, by Vite, which the migrations of the history are read with: node run-bench.ts FILE
import { runnerImport } from 'vite'
import { projectRoot } from '../../scripts/build.ts'

const [file = ''] = process.argv.slice(2)
await runnerImport(file, { root: projectRoot, configFile: false, logLevel: 'warn' })
