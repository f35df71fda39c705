import type { Migration } from './migrate.ts'

const files = import.meta.glob<string>('./migrations/*.sql', { query: '?raw', import: 'default', eager: true })

/** Every migration there is, by number. Once on the main branch a migration is frozen (`released.json`). */
export const migrations: readonly Migration[] = Object.entries(files)
  .map(([path, sql]) => {
    const name = path.slice(path.lastIndexOf('/') + 1)
    return { number: Number.parseInt(name, 10), name, sql }
  })
  .sort((a, b) => a.number - b.number)
