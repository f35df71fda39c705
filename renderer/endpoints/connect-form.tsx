import { type FormEvent, useEffect, useRef, useState } from 'react'
import type { AppError } from '../../shared/errors.ts'
import { usualAddresses } from '../../shared/known-servers.ts'
import type { Endpoint, EndpointTest } from '../../shared/record-types.ts'
import { call } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import { asAppError } from '../shell/app-state.ts'
import { Button } from '../ui/button.tsx'
import { Note } from '../ui/note.tsx'
import { TextField } from '../ui/text-field.tsx'
import { createHttpEndpoint } from './create-endpoint.ts'
import styles from './endpoints.module.css'
import { TestNote } from './test-note.tsx'

interface ConnectFormProps {
  /** Where a server was found that wants a key; null: the person enters the address too. */
  keyFor?: string | null
  onConnected: (endpoint: Endpoint) => void
}

/** Address and optional key; tested first, saved when the test succeeds or the person insists. */
export function ConnectForm({ keyFor = null, onConnected }: ConnectFormProps) {
  const [address, setAddress] = useState(keyFor ?? '')
  const [key, setKey] = useState('')
  const { test, error, busy, connect, saveAnyway, forget } = useConnect(address.trim(), key.trim(), onConnected)
  const field = useRef<HTMLInputElement>(null)
  const keyField = useRef<HTMLInputElement>(null)
  // The person has just pressed what asks for it.
  useEffect(() => {
    if (keyFor !== null) keyField.current?.focus()
  }, [keyFor])

  const change = (next: string) => {
    setAddress(next)
    forget()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (address.trim()) void connect()
    else field.current?.focus()
  }
  return (
    <form className={styles.form} onSubmit={submit}>
      <TextField
        ref={field}
        label={t('endpoints.address')}
        value={address}
        onChange={change}
        placeholder="http://127.0.0.1:11434/v1"
        inputMode="url"
        spellCheck={false}
        autoComplete="off"
      />
      <fieldset className={styles.presets}>
        <legend className="visually-hidden">{t('endpoints.presets')}</legend>
        {usualAddresses.map((preset) => (
          <button key={preset.server} type="button" className={styles.preset} onClick={() => change(preset.baseUrl)}>
            {preset.server}
          </button>
        ))}
      </fieldset>
      <details className={styles.key} open={keyFor !== null || undefined}>
        <summary>{t('endpoints.keyOptional')}</summary>
        <TextField
          label={t('endpoints.key')}
          type="password"
          ref={keyField}
          value={key}
          onChange={(next) => {
            setKey(next)
            forget()
          }}
          autoComplete="off"
          hint={t('endpoints.keyHint')}
        />
      </details>
      {test && !test.ok ? (
        <TestNote test={test} busy={busy} onAcceptCertificate={(fingerprint) => void connect(fingerprint)} />
      ) : null}
      {error ? <Note kind="danger">{error.message}</Note> : null}
      <div className={styles.buttons}>
        <Button type="submit" look="primary" disabled={busy}>
          {busy ? t('endpoints.testing') : t('endpoints.connect')}
        </Button>
        {test && !test.ok && !test.certificate ? (
          <Button onClick={() => void saveAnyway()}>{t('endpoints.useAnyway')}</Button>
        ) : null}
      </div>
    </form>
  )
}

function useConnect(address: string, key: string, onConnected: (endpoint: Endpoint) => void) {
  const [test, setTest] = useState<EndpointTest | null>(null)
  const [error, setError] = useState<AppError | null>(null)
  const [busy, setBusy] = useState(false)

  const attempt = async (work: () => Promise<void>) => {
    setBusy(true)
    setError(null)
    try {
      await work()
    } catch (cause) {
      setError(asAppError(cause))
    }
    setBusy(false)
  }
  const save = async (passed: EndpointTest | null, certificate: string | null) =>
    onConnected(await createHttpEndpoint({ baseUrl: address, key, test: passed, certificate }))
  return {
    test,
    error,
    busy,
    /** `certificate` is the fingerprint that the person has just accepted. */
    connect: (certificate: string | null = null) =>
      attempt(async () => {
        if (certificate === null) setTest(null)
        const result = await call('endpoints.testAddress', { baseUrl: address, key: key || null, certificate })
        setTest(result)
        if (result.ok) await save(result, certificate)
      }),
    saveAnyway: () => attempt(() => save(null, null)),
    /** What was found no longer speaks of what is in the fields. */
    forget: () => {
      setTest(null)
      setError(null)
    },
  }
}
