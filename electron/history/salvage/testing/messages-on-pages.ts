import { isLeaf, readRows } from '../pages/b-tree.ts'
import { openPages, type PageSource } from '../pages/page-source.ts'

/** Of each page of an undamaged file, the ids of the messages of which it holds a part. */
export function findMessagesOnPages(
  history: { file: string; key: Uint8Array },
  leaves: Iterable<number>,
): Map<number, Set<string>> {
  const pages = openPages(history)
  if (!pages) throw new Error('not a whole history')
  const found = new Map<number, Set<string>>()
  let read: number[] = []
  const watched: PageSource = {
    ...pages,
    read(number) {
      read.push(number)
      return pages.read(number)
    },
  }
  for (const leaf of leaves) {
    const page = pages.read(leaf)
    if (!(page && isLeaf(page, leaf, 'table'))) continue
    for (const { values } of readRows(watched, page, leaf, 'table')) {
      for (const number of [leaf, ...read]) {
        found.set(number, (found.get(number) ?? new Set()).add(String(values[1])))
      }
      read = []
    }
  }
  pages.close()
  return found
}
