import { useCallback, useEffect, useState, type FormEvent } from 'react'
import { Button, Form } from 'react-aria-components'
import { confirmSecondFactor, enrolSecondFactor, getSecondFactor, removeSecondFactor, type Enrolment, type SecondFactor } from '../api/account'
import type { Answer } from '../api/client'
import { useLook } from '../app/look'
import { number } from '../i18n/format'
import { problemWords } from '../ui/problem'
import { Field, refusalWords, typed } from './fields'

type Step =
  | { readonly at: 'shown' }
  | { readonly at: 'confirming'; readonly enrolment: Enrolment }
  | { readonly at: 'codes'; readonly codes: readonly string[] }

/** Where the second factor stands, and the way to set it up or to take it away. */
export function SecondFactorPart() {
  const { t, lang } = useLook()
  const [known, setKnown] = useState<Answer<SecondFactor> | null>(null)
  const [step, setStep] = useState<Step>({ at: 'shown' })

  const read = useCallback(async () => setKnown(await getSecondFactor()), [])
  useEffect(() => {
    void read()
  }, [read])
  const shown = () => {
    setStep({ at: 'shown' })
    void read()
  }

  const on = known?.ok === true && known.value.state === 'on'
  return (
    <section className="account-part" aria-labelledby="account-totp">
      <h3 id="account-totp">{t('account_totp')}</h3>
      {step.at === 'confirming' && <Confirming enrolment={step.enrolment} onCodes={(codes) => setStep({ at: 'codes', codes })} />}
      {step.at === 'codes' && <RecoveryCodes codes={step.codes} onKept={shown} />}
      {step.at === 'shown' && known !== null && !known.ok && <p role="alert">{t('account_unread', { reason: problemWords(t, lang, known.problem) })}</p>}
      {step.at === 'shown' && known?.ok === true && (
        <>
          <p role="status">{on ? t('account_totp_on', { n: number(lang, known.value.recovery_codes_left) }) : t('account_totp_off')}</p>
          {on ? <Removal onRemoved={shown} /> : <Enrolling onEnrolled={(enrolment) => setStep({ at: 'confirming', enrolment })} />}
        </>
      )}
    </section>
  )
}

/** A form that sends something once at a time and says why it was refused. */
function useSending<T>(send: (form: HTMLFormElement) => Promise<Answer<T>>, onDone: (value: T) => void) {
  const { t, lang } = useLook()
  const [busy, setBusy] = useState(false)
  const [notice, setNotice] = useState<string | null>(null)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setBusy(true)
    setNotice(null)
    const answer = await send(event.currentTarget)
    setBusy(false)
    if (answer.ok) onDone(answer.value)
    else setNotice(refusalWords(t, lang, answer.problem))
  }
  return { busy, notice, onSubmit: (event: FormEvent<HTMLFormElement>) => void submit(event) }
}

function Enrolling({ onEnrolled }: { readonly onEnrolled: (enrolment: Enrolment) => void }) {
  const { t } = useLook()
  const { busy, notice, onSubmit } = useSending((form) => enrolSecondFactor(typed(form, 'password')), onEnrolled)
  return (
    <Form className="sign-in-form" onSubmit={onSubmit}>
      <Field name="password" type="password" label={t('account_password_now')} autoComplete="current-password" />
      <p className="form-notice" role="alert">
        {notice}
      </p>
      <Button type="submit" className="main-button" isDisabled={busy}>
        {t('account_totp_start')}
      </Button>
    </Form>
  )
}

function Confirming({ enrolment, onCodes }: { readonly enrolment: Enrolment; readonly onCodes: (codes: readonly string[]) => void }) {
  const { t } = useLook()
  const { busy, notice, onSubmit } = useSending(
    (form) => confirmSecondFactor(typed(form, 'code')),
    (value) => onCodes(value.recovery_codes),
  )
  return (
    <>
      <p>{t('account_totp_type')}</p>
      <img className="account-qr" alt={t('account_totp_qr')} src={`data:image/svg+xml,${encodeURIComponent(enrolment.qr_svg)}`} />
      <Secret label={t('account_totp_key')} text={enrolment.secret} />
      <a className="account-link" href={enrolment.otpauth_uri}>
        {t('account_totp_link')}
      </a>
      <Form className="sign-in-form" onSubmit={onSubmit}>
        <Field name="code" label={t('account_totp_code')} autoComplete="one-time-code" />
        <p className="form-notice" role="alert">
          {notice}
        </p>
        <Button type="submit" className="main-button" isDisabled={busy}>
          {t('account_totp_confirm')}
        </Button>
      </Form>
    </>
  )
}

/** A secret in groups of four, and a button that copies it whole. */
function Secret({ label, text }: { readonly label: string; readonly text: string }) {
  const { t } = useLook()
  const [copied, setCopied] = useState(false)
  const copy = () => void navigator.clipboard?.writeText(text).then(() => setCopied(true))
  return (
    <div className="account-secret">
      <code aria-label={label}>{(text.match(/.{1,4}/g) ?? []).join(' ')}</code>
      {window.isSecureContext && (
        <Button className="quiet-button" onPress={copy}>
          {t(copied ? 'account_copied' : 'account_copy')}
        </Button>
      )}
    </div>
  )
}

function RecoveryCodes({ codes, onKept }: { readonly codes: readonly string[]; readonly onKept: () => void }) {
  const { t } = useLook()
  return (
    <>
      <h4>{t('account_totp_codes')}</h4>
      <p role="status">{t('account_totp_keep')}</p>
      <ul className="account-codes" aria-label={t('account_totp_codes')}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <Button className="main-button" onPress={onKept} autoFocus>
        {t('account_totp_kept')}
      </Button>
    </>
  )
}

function Removal({ onRemoved }: { readonly onRemoved: () => void }) {
  const { t } = useLook()
  const { busy, notice, onSubmit } = useSending((form) => removeSecondFactor(typed(form, 'password'), typed(form, 'code')), onRemoved)
  return (
    <Form className="sign-in-form" onSubmit={onSubmit}>
      <Field name="password" type="password" label={t('account_password_now')} autoComplete="current-password" />
      <Field name="code" label={t('sign_in_code')} help={t('sign_in_code_help')} autoComplete="one-time-code" />
      <p className="quiet">{t('account_totp_lost')}</p>
      <p className="form-notice" role="alert">
        {notice}
      </p>
      <Button type="submit" className="quiet-button" isDisabled={busy}>
        {t('account_totp_remove')}
      </Button>
    </Form>
  )
}
