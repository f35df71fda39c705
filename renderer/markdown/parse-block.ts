import { sanitize } from 'hast-util-sanitize'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { type Handler, type State, toHast } from 'mdast-util-to-hast'
import { gfm } from 'micromark-extension-gfm'
import { sanitizeSchema } from './sanitize-schema.ts'

type Nodes = ReturnType<typeof sanitize>
type Root = Extract<Nodes, { type: 'root' }>
type Element = Extract<Nodes, { type: 'element' }>
type Text = Extract<Nodes, { type: 'text' }>

const syntax = [gfm({ singleTilde: false })]
const toTree = [gfmFromMarkdown()]

interface ParseOptions {
  /** Heading of the notes below a text with footnotes. */
  footnoteLabel: string
}

/**
 * One block (or a whole text) of GitHub-flavoured Markdown as a tree that is safe to draw: only what
 * `sanitizeSchema` lists, raw HTML as visible text, images as links that say so, each block with `dir="auto"`.
 */
export function parseBlock(source: string, { footnoteLabel }: ParseOptions): Root {
  const mdast = fromMarkdown(source, { extensions: syntax, mdastExtensions: toTree })
  const hast = toHast(mdast, {
    footnoteLabel,
    footnoteLabelTagName: 'h6',
    footnoteLabelProperties: {},
    footnoteBackContent: '',
    handlers: { html: showHtml, image: linkImage, imageReference: linkImageReference },
  })
  const safe = sanitize(hast, sanitizeSchema)
  const root: Root = safe.type === 'root' ? safe : { type: 'root', children: [safe as Element] }
  for (const child of root.children) finishNode(child)
  return root
}

/** Markup that the model wrote is content, not markup of ours: it is shown as it stands. */
function showHtml(_state: State, node: { value: string }, parent: Parameters<Handler>[2]) {
  const text = { type: 'text' as const, value: node.value }
  const isBlock = parent === undefined || ['root', 'blockquote', 'listItem', 'footnoteDefinition'].includes(parent.type)
  return isBlock ? element('p', {}, [text]) : text
}

/** A remote image would tell its server who reads what, so it is never loaded; the person may follow the link. */
function linkImage(_state: State, node: { url: string; alt?: string | null }): Element {
  return element('a', { href: node.url, dataImage: '' }, [{ type: 'text', value: node.alt || node.url }])
}

function linkImageReference(
  state: State,
  node: { identifier: string; label?: string | null; alt?: string | null },
): Element | Text {
  const definition = state.definitionById.get(node.identifier.toUpperCase())
  const text: Text = { type: 'text', value: node.alt || node.label || node.identifier }
  return definition ? element('a', { href: definition.url, dataImage: '' }, [text]) : text
}

/** An address without a scheme leads nowhere from here. */
const OPENABLE = /^(?:https?|mailto):/i

const DIRECTED = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'li', 'td', 'th', 'blockquote'])

/**
 * Drops addresses that nothing can open, and sets directions. `dir="auto"` ignores text that an inner `dir` claims, so
 * the paragraphs of a list item or quote take its direction: the marker and the bar stand where the text begins.
 */
function finishNode(node: Nodes, parent?: Element): void {
  if (node.type !== 'element') return
  if (!OPENABLE.test(String(node.properties.href ?? ''))) delete node.properties.href
  const follows = node.tagName === 'p' && (parent?.tagName === 'li' || parent?.tagName === 'blockquote')
  if (DIRECTED.has(node.tagName) && !follows) node.properties = { ...node.properties, dir: 'auto' }
  for (const child of node.children) finishNode(child, node)
}

function element(tagName: string, properties: Element['properties'], children: Element['children']): Element {
  return { type: 'element', tagName, properties, children }
}
