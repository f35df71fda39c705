import fc from 'fast-check'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { createBlockReader } from './block-reader.ts'
import { Markdown } from './markdown.tsx'
import { parseBlock } from './parse-block.ts'
import { extendBlocks, NO_BLOCKS, readFence, splitBlocks } from './split-blocks.ts'

const fixtures = {
  'paragraphs and headings': '# One\n\nText *a* **b**\nnext line\n\nSetext\n------\n\nEnd\n',
  'a setext line after a long paragraph': 'a\nb\nc\n===\n\nd',
  'a tight list followed by text': '- a\n- b\n  continued\n- c\n\ntext\n',
  'a loose list': '- a\n\n- b\n\n  second paragraph\n\n- c\n',
  'nested lists': '1. a\n   - b\n     - c\n\n       text\n2. d\n\n\n3. e\n',
  'lists of two kinds': '- a\n- b\n\n* c\n* d\n\n1. e\n1) f\n',
  'lazy quotes': '> a\nlazy\n> b\n\n> c\n\nd\n',
  'a list in a quote': '> - a\n> - b\n>\n> text\n\nend',
  'a fence with blank lines': 'a\n\n```ts\nconst a = 1\n\n\nconst b = `x`\n```\n\nb',
  'a fence inside a fence': '````md\n```js\nx\n```\n````\nafter',
  'a tilde fence': '~~~ python title\nx = 1\n```\n~~~\n',
  'an indented fence': '  ```js\n  a\n    b\n  ```\n',
  'a fence that is still open': 'text\n\n```js\nlet a\n\n# no heading',
  'a fence in a list': '- a\n\n  ```sh\n  ls\n\n  pwd\n  ```\n\n- b\n',
  'indented code': 'a\n\n    code\n\n    more\n\nb\n',
  'a table': 'a\n\n| x | y |\n|---|--:|\n| 1 | 2 |\n| 3 | 4 |\n\nend',
  'a table right after text': 'a\n| x | y |\n|---|---|\n| 1 | 2 |\n',
  tasks: '- [ ] open\n- [x] done\n\ntext',
  'raw HTML': '<div onclick="x()">\n\ntext <b>bold</b>\n\n</div>\n\n<!-- a\n\ncomment -->\n\nend',
  rules: 'a\n\n---\n\n***\n\nb',
  'writing from right to left': 'مرحبا\n\n- واحد\n- two\n',
  'dollars and brackets': 'It costs $5 and $6.\n\n$$\na = b\n$$\n\n\\[x\\]',
} as const

function render(text: string): string {
  return renderToStaticMarkup(<Markdown text={text} />)
}

function withoutPositions(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, inner) => (key === 'position' ? undefined : inner)))
}

describe('splitting into blocks', () => {
  it.each(Object.entries(fixtures))('draws %s as the whole text is drawn', (_, text) => {
    const whole = parseBlock(text, { footnoteLabel: 'Notes' }).children.filter((node) => node.type === 'element')
    const parts = splitBlocks(text).flatMap((block) =>
      parseBlock(block, { footnoteLabel: 'Notes' }).children.filter((node) => node.type === 'element'),
    )
    expect(withoutPositions(parts)).toEqual(withoutPositions(whole))
  })

  it('gives the same blocks however the text arrives', () => {
    const piece = fc.constantFrom(
      ...Object.values(fixtures),
      '\n',
      ' ',
      '- ',
      '> ',
      '```',
      '~~~\n',
      '| a |\n',
      'word',
      '    ',
    )
    const cuts = fc.array(fc.nat(400), { maxLength: 12 })
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), cuts, (pieces, lengths) => {
        const text = pieces.join('')
        let split = NO_BLOCKS
        for (const length of lengths.sort((a, b) => a - b)) split = extendBlocks(split, text.slice(0, length))
        split = extendBlocks(split, text)
        expect([...split.frozen, ...split.open]).toEqual(splitBlocks(text))
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('hostile text', () => {
  const attacks = [
    '[a](javascript:alert(1))',
    '[a](JaVaScRiPt:alert(1))',
    '[a](java\nscript:alert(1))',
    '[a](data:text/html;base64,PHNjcmlwdD4=)',
    '[a](vbscript:x) [b](file:///etc/passwd) [c](app://alcove/)',
    '<javascript:alert(1)>',
    '<img src=x onerror=alert(1)>',
    '<script>alert(1)</script>',
    '<a href="javascript:alert(1)" style="position:fixed">x</a>',
    '<iframe srcdoc="<script>x</script>"></iframe>',
    '![a](https://tracker.example/pixel.png)',
    '![a](data:image/svg+xml,<svg/onload=alert(1)>)',
    '![a][r]\n\n[r]: https://tracker.example/b.png',
    '[a][r]\n\n[r]: javascript:alert(1)',
    '[^1]\n\n[^1]: <b onmouseover=x>note</b> ![i](http://tracker.example/c.png)',
    '| <img src=x> |\n|---|\n| ![](http://tracker.example/d.png) |',
    '```"><script>alert(1)</script>\nx\n```',
  ]

  it.each(attacks)('draws no markup of its own from %s', (attack) => {
    const html = render(attack)
    expect(html).not.toMatch(/<(img|script|iframe|style|object|form)\b/i)
    for (const tag of html.match(/<[a-z][^>]*>/gi) ?? []) {
      expect(tag).not.toMatch(/\s(on\w+|style|src|srcdoc|id)=/i)
      expect(tag).not.toMatch(/href="(?!https?:|mailto:)/i)
    }
  })

  it('shows raw HTML as the text that it is', () => {
    expect(render('a <b>c</b>')).toContain('a &lt;b&gt;c&lt;/b&gt;')
  })

  it('shows a remote image as a link that says what it is', () => {
    const html = render('![a cat](https://pictures.example/cat.png)')
    expect(html).toContain('href="https://pictures.example/cat.png"')
    expect(html).toContain('a cat</a>')
  })

  it.each([
    ['quotes', '>'.repeat(20_000)],
    ['lists', Array.from({ length: 2_000 }, (_, depth) => `${' '.repeat(depth * 2)}- a`).join('\n')],
    ['emphasis', '*a _b '.repeat(10_000)],
    ['brackets', '['.repeat(20_000)],
    ['backticks', Array.from({ length: 500 }, (_, n) => '`'.repeat(n)).join(' ')],
  ])('draws the words of endless %s', (_, text) => {
    expect(render(text).length).toBeGreaterThan(100)
  })
})

describe('a finished text', () => {
  it('resolves links that are defined in another block', () => {
    expect(render('See [a].\n\n[a]: https://example.org/')).toContain('<a href="https://example.org/"')
  })

  it('draws line ends of every kind alike', () => {
    expect(render('- a\r\n- b\r\rtext')).toBe(render('- a\n- b\n\ntext'))
  })
})

describe('a growing text', () => {
  it('draws marks that are still open as closed', () => {
    expect(renderToStaticMarkup(<Markdown text="a **bold" isStreaming />)).toContain('<strong>bold</strong>')
  })

  it('reads only the end again', () => {
    const readBlocks = createBlockReader()
    const first = readBlocks('# a\n\nb\n\nc\n\nd', true)
    const second = readBlocks('# a\n\nb\n\nc\n\nd and more', true)
    expect(second).toEqual([...first.slice(0, 3), 'd and more'])
  })
})

describe('reading a fence', () => {
  it('tells language, code and end', () => {
    expect([
      readFence('```ts title\na\n```\n'),
      readFence('~~~\na\n```'),
      readFence('```\n```'),
      readFence('``` `a`'),
      readFence('   ```js\n     x\n   y\n```'),
      readFence('````\n```\n````'),
      readFence('text'),
    ]).toEqual([
      { language: 'ts', code: 'a', isClosed: true },
      { language: '', code: 'a\n```', isClosed: false },
      { language: '', code: '', isClosed: true },
      null,
      { language: 'js', code: '  x\ny', isClosed: true },
      { language: '', code: '```', isClosed: true },
      null,
    ])
  })
})
