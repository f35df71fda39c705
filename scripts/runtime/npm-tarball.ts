import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { mustRun } from '../run-process.ts'
import { sha256 } from './machine-cache.ts'

export type PinnedPackage = { spec: string; sha256: string }

const DOWNLOAD_LIMIT_MS = 15 * 60_000

/** Unpacks the named members of a published npm package into `folder`, after its checksum proved right. */
export async function unpackNpmPackage(pinned: PinnedPackage, folder: string, members: string[]): Promise<void> {
  const pack = ['pack', pinned.spec, '--silent', '--pack-destination', folder]
  await mustRun('npm', pack, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], timeoutMs: DOWNLOAD_LIMIT_MS })
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'))
  if (!tarball) throw new Error(`npm did not fetch ${pinned.spec}`)
  await verifyChecksum(join(folder, tarball), pinned)
  await mustRun('tar', ['-xzf', tarball, '--no-same-owner', ...members], { cwd: folder })
}

export async function verifyChecksum(file: string, pinned: PinnedPackage): Promise<void> {
  const actual = await sha256(file)
  if (actual !== pinned.sha256) {
    throw new Error(`${pinned.spec} has the checksum ${actual}, not ${pinned.sha256}: it is not used`)
  }
}
