// Electron 33 comes out of a packaged app, which has no default app: this one takes
// `electron [flags] [-r module] <app folder or main file>` as Electron's own does.
// The top-level await is on purpose: `ready` then waits until the entry of the app has run.
import { existsSync, readFileSync } from 'node:fs'
import Module from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from 'electron'
import './node20-shims.ts'

type Internals = {
  _resolveFilename(request: string, parent: null, isMain: boolean): string
  _preloadModules(requests: string[]): void
}

const internals = Module as unknown as Internals
const untypedApp = app as unknown as { setVersion(version: string): void; setAppPath(path: string): void }
const { entry, preloads } = readArguments(process.argv.slice(1))
if (preloads.length > 0) internals._preloadModules(preloads)
Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true })
await load(resolve(entry)).catch((error: unknown) => {
  console.error('App threw an error during load')
  console.error(error)
  process.exit(1)
})

function readArguments(args: string[]): { entry: string; preloads: string[] } {
  const preloads: string[] = []
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? ''
    if (argument === '-v' || argument === '--version') printAndExit(`v${process.versions.electron}`)
    if (argument === '-r' || argument === '--require') preloads.push(args[++index] ?? '')
    else if (!argument.startsWith('-')) return { entry: argument, preloads }
  }
  return printAndExit('usage: electron <app folder or main file>')
}

function printAndExit(text: string): never {
  console.log(text)
  process.exit(0)
}

async function load(path: string): Promise<void> {
  const manifest = join(path, 'package.json')
  const main = internals._resolveFilename(path, null, true)
  if (existsSync(manifest)) {
    const { name, productName, version } = JSON.parse(readFileSync(manifest, 'utf8'))
    untypedApp.setVersion(version)
    app.name = productName ?? name
    untypedApp.setAppPath(path)
  } else {
    untypedApp.setAppPath(dirname(main))
  }
  await import(pathToFileURL(main).href)
}
