/** The sign-in form. */

import { useEffect, useState, type FormEvent } from 'react'
import { Button, FieldError, Form, Input, Label, Text, TextField } from 'react-aria-components'
import { getProviders, signIn, signInDemo, type Answer } from '../api/client'
import type { SessionAnswer } from '../api/types'
import { city } from '../city/shenzhen'
import type { Key } from '../i18n/catalogue'
import { Brand } from '../ui/Brand'
import { problemWords } from '../ui/problem'
import { useLook } from './look'

interface Props {
  readonly notice: Key | null
  readonly offerDemo: boolean
  readonly onEntered: (session: SessionAnswer) => void
}

interface Provider {
  readonly name: string
  readonly start: string
}

/** What brought the browser back from another provider without a session, from the address. */
function refusedElsewhere(): Key | null {
  const why = new URLSearchParams(window.location.search).get('sign_in')
  if (why === null) return null
  if (why === 'no_role') return 'sign_in_no_role'
  return why === 'unavailable' ? 'sign_in_unreachable' : 'sign_in_refused'
}

export function SignIn({ notice, offerDemo, onEntered }: Props) {
  const { t, lang, toggleLang } = useLook()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Answer<SessionAnswer> | null>(null)
  const [asksCode, setAsksCode] = useState(false)
  const [elsewhere] = useState(refusedElsewhere)
  const [providers, setProviders] = useState<readonly Provider[]>([])

  useEffect(() => {
    let here = true
    void getProviders().then((answer) => {
      if (here && answer.ok) setProviders(answer.value.providers)
    })
    return () => {
      here = false
    }
  }, [])

  const attempt = async (send: Promise<Answer<SessionAnswer>>) => {
    setBusy(true)
    setFailure(null)
    const answer = await send
    setBusy(false)
    if (answer.ok) {
      onEntered(answer.value)
      return
    }
    const code = answer.problem.code
    if (code === 'totp_required' || code === 'wrong_code') setAsksCode(true)
    setFailure(code === 'totp_required' ? null : answer)
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const code = asksCode ? String(fields.get('code') ?? '').trim() : null
    void attempt(signIn(String(fields.get('name') ?? ''), String(fields.get('password') ?? ''), code))
  }
  const words = (): string | null => {
    if (failure === null || failure.ok) {
      const said = notice ?? elsewhere
      return said === null || asksCode ? null : t(said)
    }
    if (failure.problem.code === 'wrong_code') return t('sign_in_wrong_code')
    if (failure.status === 401 || failure.status === 403) return t('sign_in_wrong')
    if (failure.status === 0) return t('sign_in_unreachable')
    return t('sign_in_failed', { reason: problemWords(t, lang, failure.problem) })
  }
  const required = t('sign_in_field_required')

  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <header className="sign-in-head">
          <Brand place={lang === 'zh-CN' ? city.zh : city.en} role={t('app_role')} />
          <Button className="quiet-button" aria-label={t('settings_language')} onPress={toggleLang}>
            {t('settings_language_short')}
          </Button>
        </header>
        <h1>{t('sign_in_title')}</h1>
        <Form onSubmit={submit} className="sign-in-form">
          <TextField name="name" isRequired autoComplete="username" autoFocus>
            <Label>{t('sign_in_name')}</Label>
            <Input />
            <FieldError>{required}</FieldError>
          </TextField>
          <TextField name="password" type="password" isRequired autoComplete="current-password">
            <Label>{t('sign_in_password')}</Label>
            <Input />
            <FieldError>{required}</FieldError>
          </TextField>
          {asksCode && (
            <TextField name="code" isRequired autoComplete="one-time-code" autoFocus>
              <Label>{t('sign_in_code')}</Label>
              <Input />
              <Text slot="description">{t('sign_in_code_help')}</Text>
              <FieldError>{required}</FieldError>
            </TextField>
          )}
          <p className="form-notice" role="alert">
            {words()}
          </p>
          <Button type="submit" className="main-button" isDisabled={busy}>
            {t(busy ? 'sign_in_busy' : 'sign_in_button')}
          </Button>
          {providers.map((provider) => (
            <Button key={provider.start} className="quiet-button" isDisabled={busy} onPress={() => window.location.assign(provider.start)}>
              {t('sign_in_with', { name: provider.name })}
            </Button>
          ))}
          {offerDemo && (
            <Button className="quiet-button" isDisabled={busy} onPress={() => void attempt(signInDemo('dispatcher'))}>
              {t('sign_in_demo')}
            </Button>
          )}
        </Form>
      </div>
    </main>
  )
}
