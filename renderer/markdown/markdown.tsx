import { type ReactNode, useState } from 'react'
import { createBlockReader } from './block-reader.ts'
import { BlockView } from './block-view.tsx'
import styles from './markdown.module.css'

interface MarkdownProps {
  /** Markdown as the model wrote it; while streaming, an ever longer text. */
  text: string
  isStreaming?: boolean
}

/** Text of a message drawn as Markdown, block by block; blocks that cannot change any more are drawn once. */
export function Markdown({ text, isStreaming = false }: MarkdownProps): ReactNode {
  const [readBlocks] = useState(createBlockReader)
  const blocks = readBlocks(text, isStreaming)
  return (
    <div className={styles.markdown} data-streaming={isStreaming || undefined}>
      {blocks.map((source, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks are only ever appended, so the index is the identity
        <BlockView key={index} source={source} isGrowing={isStreaming && index === blocks.length - 1} />
      ))}
    </div>
  )
}
