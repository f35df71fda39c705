// Who runs the tests, and where. Root's tests run as an ordinary user: with Chromium's sandbox on, and with file
// permissions that mean something.
import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildApp, projectRoot } from '../build.ts'
import { mustRun } from '../run-process.ts'

export type Identity = { uid: number; gid: number }

export type Workspace = {
  /** Undefined when the tests run as the user who started them. */
  identity?: Identity
  /** A folder that belongs to the tests' user: home, temporary files, results. */
  scratch: string
  /** The checkout, or a copy of it where the tests' user cannot read the checkout. */
  project: string
  environment: NodeJS.ProcessEnv
}

const notCopied = ['.git', 'dist', 'release', 'test-results']

export async function prepareWorkspace(): Promise<Workspace> {
  const identity = process.getuid?.() === 0 ? await ordinaryUser() : undefined
  const scratch = await mkdtemp(join(tmpdir(), 'alcove-test-'))
  for (const folder of ['home', 'tmp', 'runtime', 'results']) await mkdir(join(scratch, folder), { mode: 0o700 })
  if (identity) await mustRun('chown', ['-R', `${identity.uid}:${identity.gid}`, scratch])
  const project = await readableCopy(projectRoot, join(scratch, 'project'), 'node_modules/vitest/vitest.mjs', identity)
  const app = join(scratch, 'app')
  await buildForTests(app, project)
  const environment = {
    ...process.env,
    ALCOVE_TEST_APP: app,
    ALCOVE_TEST_RESULTS: join(scratch, 'results'),
    TMPDIR: join(scratch, 'tmp'),
    XDG_RUNTIME_DIR: join(scratch, 'runtime'),
    ...(identity && { HOME: join(scratch, 'home'), USER: 'nobody', LOGNAME: 'nobody' }),
  }
  return { ...(identity && { identity }), scratch, project, environment }
}

/** A build that no other command changes while the tests run. */
async function buildForTests(app: string, project: string): Promise<void> {
  await buildApp({ outDir: join(app, 'dist') })
  await cp(join(projectRoot, 'package.json'), join(app, 'package.json'))
  if (process.platform !== 'win32') await mustRun('chmod', ['-R', 'a+rX', app])
  await symlink(join(project, 'node_modules'), join(app, 'node_modules'), 'junction')
}

/** `folder` itself, or a copy in `target` when the tests' user cannot read `sample` in it. */
export async function readableCopy(
  folder: string,
  target: string,
  sample: string,
  identity?: Identity,
): Promise<string> {
  if (!identity || spawnSync('test', ['-r', join(folder, sample)], identity).status === 0) return folder
  console.log(`Copying ${folder}, which the tests' user cannot read ...`)
  return copyForTests(folder, target)
}

export async function copyForTests(folder: string, target: string): Promise<string> {
  await mkdir(target)
  for (const entry of await readdir(folder)) {
    if (notCopied.includes(entry)) continue
    await cp(join(folder, entry), join(target, entry), {
      recursive: true,
      verbatimSymlinks: true,
      preserveTimestamps: true,
    })
  }
  await mustRun('chmod', ['-R', 'a+rX', target])
  return target
}

/** `nobody` is on every system and owns nothing. */
async function ordinaryUser(): Promise<Identity> {
  const [, uid, gid] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(await readFile('/etc/passwd', 'utf8')) ?? []
  return { uid: Number(uid ?? 65534), gid: Number(gid ?? 65534) }
}
