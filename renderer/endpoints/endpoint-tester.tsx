import { useState } from 'react'
import type { AppError } from '../../shared/errors.ts'
import type { EndpointTest } from '../../shared/record-types.ts'
import { call } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import { asAppError } from '../shell/app-state.ts'
import { Button } from '../ui/button.tsx'
import { Note } from '../ui/note.tsx'
import { TestNote } from './test-note.tsx'

/** Asks the saved endpoint whether it answers, and explains what came of it. */
export function EndpointTester({ endpointId }: { endpointId: string }) {
  const [test, setTest] = useState<EndpointTest | null>(null)
  const [error, setError] = useState<AppError | null>(null)
  const [busy, setBusy] = useState(false)

  const run = async (certificate?: string) => {
    setBusy(true)
    setError(null)
    try {
      // The card of the certificate stays until the answer to having accepted it is there.
      if (certificate) await call('endpoints.update', { endpointId, certificate })
      else setTest(null)
      setTest(await call('endpoints.test', { endpointId }))
    } catch (cause) {
      setError(asAppError(cause))
    }
    setBusy(false)
  }
  return (
    <>
      <div>
        <Button disabled={busy} onClick={() => void run()}>
          {busy ? t('endpoints.testing') : t('settings.test')}
        </Button>
      </div>
      {test ? <TestNote test={test} busy={busy} onAcceptCertificate={(fingerprint) => void run(fingerprint)} /> : null}
      {error ? <Note kind="danger">{error.message}</Note> : null}
    </>
  )
}
