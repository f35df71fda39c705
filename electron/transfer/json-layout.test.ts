import { describe, expect, it } from 'vitest'
import { createJsonPieces, type JsonLayout } from './json-layout.ts'

const document = {
  name: 'a\nb',
  empty: [],
  nothing: {},
  list: [{ text: 'line\nline \u2028', deep: { list: [1, [2]] } }, 'x', null],
  end: true,
}

function writeInPieces(layout: JsonLayout): string {
  const json = createJsonPieces(layout)
  return [
    json.open('{'),
    json.name('name') + json.value(document.name),
    json.name('empty') + json.open('[') + json.close(']'),
    json.name('nothing') + json.value(document.nothing),
    json.name('list') + json.open('['),
    ...document.list.map((item) => json.value(item)),
    json.close(']'),
    `${json.name('end') + json.raw()}true`,
    json.close('}'),
  ].join('')
}

describe('JSON pieces', () => {
  it('join to what JSON.stringify writes in one go, indented', () => {
    expect(writeInPieces('indented')).toBe(JSON.stringify(document, null, 2))
  })

  it('join to what JSON.stringify writes in one go, compact', () => {
    expect(writeInPieces('compact')).toBe(JSON.stringify(document))
  })
})
