import { CircleAlert } from 'lucide-react'
import { Component, type ReactNode } from 'react'
import { t } from '../../i18n/i18n.ts'
import { Button } from '../../ui/button.tsx'
import { FullPage } from './full-page.tsx'

interface FaultBoundaryProps {
  children: ReactNode
}

interface FaultState {
  /** What the fault says of itself; null while there is none. */
  fault: string | null
}

/**
 * Keeps a fault in drawing one part from emptying the whole window: says so in its place and can draw it anew.
 * A class because React offers this to classes only.
 */
export class FaultBoundary extends Component<FaultBoundaryProps, FaultState> {
  override state: FaultState = { fault: null }

  static getDerivedStateFromError(fault: unknown): FaultState {
    return { fault: fault instanceof Error ? fault.message : 'unknown' }
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
          {fault}
        </details>
      </FullPage>
    )
  }
}
