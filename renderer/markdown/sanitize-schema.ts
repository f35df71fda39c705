import type { Schema } from 'hast-util-sanitize'

/**
 * Everything that a reply may draw; all else is dropped. No `img`, no `style`, no `id`, no `class` but the language
 * of a code block: a model's output is hostile input.
 */
export const sanitizeSchema: Schema = {
  ancestors: {
    li: ['ol', 'ul'],
    tbody: ['table'],
    td: ['table'],
    th: ['table'],
    thead: ['table'],
    tr: ['table'],
  },
  attributes: {
    a: ['href', 'title', 'dataImage'],
    code: [['className', /^language-./]],
    input: [['type', 'checkbox'], 'checked', ['disabled', true]],
    ol: ['start'],
    td: [['align', 'left', 'center', 'right']],
    th: [['align', 'left', 'center', 'right']],
  },
  clobber: [],
  protocols: { href: ['http', 'https', 'mailto'] },
  required: {},
  strip: ['script', 'style'],
  tagNames: [
    'a',
    'blockquote',
    'br',
    'code',
    'del',
    'em',
    'h1',
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
    'hr',
    'input',
    'li',
    'ol',
    'p',
    'pre',
    'section',
    'strong',
    'sup',
    'table',
    'tbody',
    'td',
    'th',
    'thead',
    'tr',
    'ul',
  ],
}
