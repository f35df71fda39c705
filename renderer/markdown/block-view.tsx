import { type Components, type ExtraProps, toJsxRuntime } from 'hast-util-to-jsx-runtime'
import { Square, SquareCheck } from 'lucide-react'
import { memo, type ReactNode, useMemo } from 'react'
import { Fragment, jsx, jsxs } from 'react/jsx-runtime'
import remend from 'remend'
import { t } from '../i18n/i18n.ts'
import { CodeBlock, LineGroup } from './code-block.tsx'
import { groupLines } from './group-lines.ts'
import { keyboardScrollable } from './keyboard-scrollable.ts'
import styles from './markdown.module.css'
import { MarkdownLink } from './markdown-link.tsx'
import { isNestedTooDeep } from './nesting.ts'
import { parseBlock } from './parse-block.ts'
import { readFence } from './split-blocks.ts'

interface BlockViewProps {
  source: string
  /** The text ends here for now: marks that are still open are drawn as if closed. */
  isGrowing: boolean
}

/** One Markdown block, drawn once for each source. */
export const BlockView = memo(function BlockView({ source, isGrowing }: BlockViewProps): ReactNode {
  const fence = readFence(source)
  if (fence) return <CodeBlock language={fence.language} code={fence.code} />
  const limit = isGrowing ? GROWING_PARSE_LIMIT : PARSE_LIMIT
  if (source.length > limit || isNestedTooDeep(source)) return <PlainBlock source={source} />
  return <ParsedBlock source={isGrowing ? remend(source, REMEND) : source} />
})

/** Parsing and drawing take about 0.6 ms for 1,000 characters: once that is bearable, at every frame it is not. */
const PARSE_LIMIT = 150_000
const GROWING_PARSE_LIMIT = 30_000

const REMEND = { linkMode: 'text-only', htmlTags: false, katex: false, comparisonOperators: false } as const

function ParsedBlock({ source }: { source: string }): ReactNode {
  return useMemo(() => drawBlock(source), [source])
}

function drawBlock(source: string): ReactNode {
  const tree = parseBlock(source, { footnoteLabel: t('markdown.footnotes') })
  return toJsxRuntime(tree, { Fragment, jsx, jsxs, components, passNode: true, ignoreInvalidStyle: true })
}

/** The words as they stand, for a block that would take too long to parse. */
function PlainBlock({ source }: { source: string }): ReactNode {
  return (
    <div className={styles.plain} dir="auto">
      {groupLines(source).map((lines, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: groups are only ever appended
        <LineGroup key={index} lines={lines} />
      ))}
    </div>
  )
}

const components: Partial<Components> = {
  a: MarkdownLink,
  pre: CodeElement,
  table: ({ children }) => (
    <section className={styles.table} aria-label={t('markdown.table')} {...keyboardScrollable}>
      <table>{children}</table>
    </section>
  ),
  input: ({ checked }) => {
    const Icon = checked ? SquareCheck : Square
    return (
      <>
        <Icon className={styles.task} aria-hidden />
        <span className="visually-hidden">{t(checked ? 'markdown.done' : 'markdown.open')}</span>
      </>
    )
  },
}

/** A code block inside a list or quote, or an indented one: the parser has taken it apart already. */
function CodeElement({ node }: ExtraProps): ReactNode {
  const code = node?.children[0]
  if (code?.type !== 'element') return null
  const text = code.children.map((child) => (child.type === 'text' ? child.value : '')).join('')
  const names = Array.isArray(code.properties.className) ? code.properties.className : []
  const language = String(names[0] ?? '').replace(/^language-/, '')
  return <CodeBlock language={language} code={text} />
}
