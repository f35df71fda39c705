import { CircleAlert } from 'lucide-react'
import { Component, type ReactNode } from 'react'
import { t } from '../../i18n/i18n.ts'
import { Button } from '../../ui/button.tsx'
import { FullPage } from './full-page.tsx'

interface FaultBoundaryProps {
  children: ReactNode
}

/**
 * Keeps a fault in drawing one part from emptying the whole window: says so in its place and can draw it anew.
 * A class because React offers this to classes only.
 */
export class FaultBoundary extends Component<FaultBoundaryProps, { fault: unknown }> {
  override state: { fault: unknown } = { fault: null }

  static getDerivedStateFromError(fault: unknown): { fault: unknown } {
    return { fault: fault ?? 'unknown' }
  }

  override render(): ReactNode {
    const { fault } = this.state
    if (fault === null) return this.props.children
    return (
      <FullPage
        icon={<CircleAlert aria-hidden />}
        title={t('shell.faultTitle')}
        actions={
          <Button look="primary" onClick={() => this.setState({ fault: null })}>
            {t('shell.drawAgain')}
          </Button>
        }
      >
        <p role="alert">{t('shell.faultText')}</p>
        <details>
          <summary>{t('common.details')}</summary>
          {String(fault)}
        </details>
      </FullPage>
    )
  }
}
