import type { KeyboardEvent, PointerEvent } from 'react'
import { t } from '../i18n/i18n.ts'
import { updatePreferences } from '../shell/preferences.ts'
import styles from './sidebar-frame.module.css'

const LEAST_PX = 220
const MOST_PX = 400
const USUAL_PX = 272
const STEP_PX = 12

interface SidebarResizerProps {
  width: number
  /** The width while the pointer drags; null once it is saved. */
  onDrag: (width: number | null) => void
}

/** The edge of the sidebar: drag it, move it with the arrow keys, or double-click for the usual width. */
export function SidebarResizer({ width, onDrag }: SidebarResizerProps) {
  const save = (wanted: number) => {
    const sidebarWidth = Math.round(Math.min(Math.max(wanted, LEAST_PX), MOST_PX))
    void updatePreferences({ sidebarWidth })
    onDrag(null)
  }
  const drag = (event: PointerEvent<HTMLElement>) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) {
      onDrag(Math.min(Math.max(event.clientX, LEAST_PX), MOST_PX))
    }
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowRight') save(width + STEP_PX)
    else if (event.key === 'ArrowLeft') save(width - STEP_PX)
    else return
    event.preventDefault()
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved; this separator is a control with a value.
    <div
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- as above
      role="separator"
      aria-orientation="vertical"
      aria-label={t('sidebar.width')}
      aria-valuemin={LEAST_PX}
      aria-valuemax={MOST_PX}
      aria-valuenow={width}
      tabIndex={0}
      className={styles.resizer}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onPointerUp={(event) => save(event.clientX)}
      onDoubleClick={() => save(USUAL_PX)}
      onKeyDown={onKeyDown}
    />
  )
}
