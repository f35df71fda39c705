import { rmSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { countOf, seedOf } from '../../tests/durability/storm.ts'
import { bundleForNode } from './testing/bundle-for-node.ts'
import { contentOfVersions, type KillAt, killMigration } from './testing/kill-migration.ts'
import { seededRandom } from './testing/seeded-random.ts'

let folder = ''
beforeAll(async () => {
  folder = await bundleForNode({ migrate: 'testing/migrate-until-killed.ts' })
  return () => rmSync(folder, { recursive: true })
})

describe('a migration killed at every statement and at random moments', () => {
  it('leaves the former version or the next one each time, which opens and holds everything', async () => {
    const [randomKills, seed] = [countOf(300), seedOf()]
    const { share } = seededRandom(seed)
    const given = { program: path.join(folder, 'migrate.mjs'), contents: contentOfVersions() }
    const { steps, tookMs } = await killMigration(given, { step: Number.MAX_SAFE_INTEGER })
    const kills: KillAt[] = [
      ...Array.from({ length: steps ?? 0 }, (_, step) => ({ step })),
      ...Array.from({ length: randomKills }, () => ({ afterMs: share() * tookMs * 1.1 })),
    ]
    const versions = new Map<number, number>()
    const problems: unknown[] = []
    for (const at of kills) {
      const killed = await killMigration(given, at)
      versions.set(killed.version, (versions.get(killed.version) ?? 0) + 1)
      if (killed.problems.length > 0) problems.push({ at, seed, ...killed })
    }
    const left = [...versions].map(([version, count]) => `${count} of version ${version}`).join(', ')
    process.stdout.write(
      `migration: ${kills.length} kills (${steps} statements, ${randomKills} random, seed ${seed}), left ${left}, ${problems.length} problems\n`,
    )
    expect(problems).toEqual([])
    expect(versions.size).toBeGreaterThan(1)
  })
})
