import { ImageOff } from 'lucide-react'
import type { MouseEvent, ReactNode } from 'react'
import { call } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import styles from './markdown.module.css'

interface MarkdownLinkProps {
  href?: string | undefined
  title?: string | undefined
  children?: ReactNode
  'data-image'?: string | undefined
}

/** A link of a reply. The window never follows it: main shows the address and opens it outside, if at all. */
export function MarkdownLink({ href, title, children, 'data-image': image }: MarkdownLinkProps): ReactNode {
  const isImage = image !== undefined
  if (href === undefined) return <span title={title}>{children}</span>
  const open = (event: MouseEvent) => {
    event.preventDefault()
    void call('app.openLink', { url: href }).catch(() => undefined)
  }
  return (
    <a
      className={isImage ? styles.image : undefined}
      href={href}
      title={isImage ? t('markdown.remoteImage', { url: href }) : (title ?? href)}
      rel="noreferrer"
      onClick={open}
      onAuxClick={open}
    >
      {isImage && <ImageOff aria-label={t('markdown.image')} />}
      {children}
    </a>
  )
}
