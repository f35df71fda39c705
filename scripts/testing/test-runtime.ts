import { chmod, chown } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { ElectronRuntime } from '../electron-runtime.ts'
import { SQLITE_ADDON } from '../runtime/sqlite-addon.ts'
import { canUseNamespaces } from '../sandbox.ts'
import { copyForTests, readableCopy, type Workspace } from './workspace.ts'

/** The runtime where the tests' user can read it, with its sandbox on wherever that can be had. */
export async function prepareRuntime(runtime: ElectronRuntime, workspace: Workspace): Promise<ElectronRuntime> {
  const { scratch, identity } = workspace
  const copy = join(scratch, 'electron')
  const needsHelper = identity !== undefined && !canUseNamespaces(identity)
  const folder = needsHelper
    ? await copyForTests(runtime.folder, copy)
    : await readableCopy(runtime.folder, copy, 'version', identity)
  // Only in the copy, which is gone after the tests: nothing that is setuid stays on the machine.
  if (needsHelper) await makeSetuidRoot(join(folder, 'chrome-sandbox'))
  const executable = join(folder, relative(runtime.folder, runtime.executable))
  if (!runtime.addon) return { ...runtime, folder, executable }
  const addons = await readableCopy(join(runtime.addon, '..'), join(scratch, 'addon'), SQLITE_ADDON, identity)
  return { ...runtime, folder, executable, addon: join(addons, SQLITE_ADDON) }
}

async function makeSetuidRoot(helper: string): Promise<void> {
  await chown(helper, 0, 0)
  await chmod(helper, 0o4755)
}
