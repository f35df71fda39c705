import { Check, Copy } from 'lucide-react'
import { memo, type ReactNode } from 'react'
import { t } from '../i18n/i18n.ts'
import { useCopy } from '../notices/use-copy.ts'
import { groupLines } from './group-lines.ts'
import { keyboardScrollable } from './keyboard-scrollable.ts'
import styles from './markdown.module.css'

interface CodeBlockProps {
  /** As written after the fence; empty when there is none. */
  language: string
  code: string
}

/** A code block with its language and a button that copies it. */
export function CodeBlock({ language, code }: CodeBlockProps): ReactNode {
  const text = code.endsWith('\n') ? code.slice(0, -1) : code
  return (
    <figure className={styles.code} dir="ltr">
      <figcaption className={styles.codeHead}>
        <span className={styles.language}>{language || t('markdown.code')}</span>
        <CopyButton text={text} />
      </figcaption>
      <pre {...keyboardScrollable}>
        <code>
          {groupLines(text).map((lines, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: groups are only ever appended
            <LineGroup key={index} lines={lines} />
          ))}
        </code>
      </pre>
    </figure>
  )
}

/** Layout of one huge text node is what makes a growing code block slow, so lines are drawn in groups. */
export const LineGroup = memo(function LineGroup({ lines }: { lines: string }): ReactNode {
  return <span className={styles.lines}>{lines}</span>
})

function CopyButton({ text }: { text: string }): ReactNode {
  const { isCopied, copy } = useCopy(text)
  return (
    <button type="button" className={styles.copy} onClick={copy}>
      {isCopied ? <Check /> : <Copy />}
      <span aria-live="polite">{isCopied ? t('markdown.copied') : t('common.copy')}</span>
    </button>
  )
}
