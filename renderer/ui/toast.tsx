import { Toast as Base } from '@base-ui/react/toast'
import { CircleAlert, X } from 'lucide-react'
import { t } from '../i18n/i18n.ts'
import { Button, IconButton } from './button.tsx'
import styles from './toast.module.css'

interface ToastData {
  details?: string | undefined
}

const manager = Base.createToastManager<ToastData>()

const CALM_MS = 8_000

export interface ToastOptions {
  text: string
  /** Folded away until asked for. */
  details?: string
  action?: { label: string; run: () => void }
  /** Errors stay until they are closed; other notices go after 8 s. */
  kind?: 'notice' | 'error'
}

/** Shows a quiet notice at the bottom of the window; returns the function that takes it away. */
export function showToast({ text, details, action, kind = 'notice' }: ToastOptions): () => void {
  const close = () => manager.close(id)
  const run = () => {
    close()
    action?.run()
  }
  const id = manager.add({
    title: text,
    type: kind,
    priority: kind === 'error' ? 'high' : 'low',
    timeout: kind === 'error' ? 0 : CALM_MS,
    data: { details },
    ...(action && { actionProps: { children: action.label, onClick: run } }),
  })
  return close
}

/** Where toasts appear; mounted once. */
export function ToastRegion() {
  return (
    <Base.Provider toastManager={manager} limit={2}>
      <Base.Portal>
        <Base.Viewport className={styles.viewport}>
          <ToastList />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  )
}

function ToastList() {
  const { toasts } = Base.useToastManager<ToastData>()
  return toasts.map((toast) => (
    // Base UI hides an urgent one, which it has said aloud elsewhere, and each button to close one until it has the focus;
    // both can be reached with keys, where nothing hidden may be.
    <Base.Root key={toast.id} toast={toast} className={styles.toast} swipeDirection="up" aria-hidden={false}>
      <Base.Content className={styles.content}>
        {toast.type === 'error' ? <CircleAlert className={styles.icon} aria-hidden /> : null}
        <div className={styles.words}>
          <Base.Title className={styles.title} render={<p />} />
          {toast.data?.details ? (
            <details className={styles.details}>
              <summary>{t('common.details')}</summary>
              {toast.data.details}
            </details>
          ) : null}
        </div>
        <Base.Action render={<Button look="quiet" />} className={styles.action} />
        <Base.Close
          aria-hidden={false}
          render={
            <IconButton label={t('common.close')}>
              <X />
            </IconButton>
          }
        />
      </Base.Content>
    </Base.Root>
  ))
}
