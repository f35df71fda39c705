/** Walks a b-tree page by page and goes on past what cannot be read. */
import type { PageSource } from './page-source.ts'
import { type Row, readIndexCell, readTableCell } from './records.ts'

const LEAF = { table: 0x0d, index: 0x0a }
const INTERIOR = { table: 0x05, index: 0x02 }
const FILE_HEADER_BYTES = 100

export interface Walk {
  kind: 'table' | 'index'
  root: number
  /** Pages that were seen, in this walk and others: each is read once. */
  seen: Set<number>
  /** Called for each page of the tree that cannot be read. */
  onDamaged(page: number): void
}

/** Every row below `root` that can be read, of an index also those that stand between its leaves. */
export function* walkTree(pages: PageSource, walk: Walk): Generator<Row> {
  const open = [walk.root]
  for (let number = open.pop(); number !== undefined; number = open.pop()) {
    if (number < 1 || number > pages.count || walk.seen.has(number)) continue
    walk.seen.add(number)
    const page = pages.read(number)
    const isInterior = page && page[headOf(number)] === INTERIOR[walk.kind]
    if (!page || !(isInterior || isLeaf(page, number, walk.kind))) {
      walk.onDamaged(number)
      continue
    }
    if (!isInterior || walk.kind === 'index') yield* readRows(pages, page, number, walk.kind)
    if (isInterior) open.push(...childrenOf(page, number).reverse())
  }
}

export function isLeaf(page: Buffer, number: number, kind: Walk['kind']): boolean {
  return page[headOf(number)] === LEAF[kind]
}

/** The rows on one page. One whose bytes make no sense is left out. */
export function* readRows(pages: PageSource, page: Buffer, number: number, kind: Walk['kind']): Generator<Row> {
  const skip = page[headOf(number)] === INTERIOR.index ? 4 : 0
  for (const offset of cellsOf(page, number)) {
    try {
      yield kind === 'table' ? readTableCell(pages, page, offset) : readIndexCell(pages, page, offset + skip)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
  }
}

function childrenOf(page: Buffer, number: number): number[] {
  return [...cellsOf(page, number).map((offset) => page.readUInt32BE(offset)), page.readUInt32BE(headOf(number) + 8)]
}

function cellsOf(page: Buffer, number: number): number[] {
  const head = headOf(number)
  const type = page[head] ?? 0
  const first = head + (type === INTERIOR.table || type === INTERIOR.index ? 12 : 8)
  return Array.from({ length: page.readUInt16BE(head + 3) }, (_, index) => page.readUInt16BE(first + 2 * index))
}

/** Pages that overflow from a row, and those that are free, look like no page of a tree or begin with zero. */
function headOf(number: number): number {
  return number === 1 ? FILE_HEADER_BYTES : 0
}
