import { useState, type FormEvent } from 'react'
import { Button, Form } from 'react-aria-components'
import { changePassword } from '../api/account'
import { useLook } from '../app/look'
import { Field, refusalWords, typed } from './fields'

/** Change one's own password; all sessions end with that. */
export function PasswordForm({ onChanged }: { readonly onChanged: () => void }) {
  const { t, lang } = useLook()
  const [busy, setBusy] = useState(false)
  const [notice, setNotice] = useState<string | null>(null)

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const password = typed(form, 'password')
    if (password !== typed(form, 'again')) {
      setNotice(t('account_password_differs'))
      return
    }
    setBusy(true)
    setNotice(null)
    const answer = await changePassword(typed(form, 'current'), password)
    setBusy(false)
    if (answer.ok) onChanged()
    else setNotice(refusalWords(t, lang, answer.problem))
  }
  return (
    <section className="account-part" aria-labelledby="account-password">
      <h3 id="account-password">{t('account_password')}</h3>
      <Form className="sign-in-form" onSubmit={(event) => void submit(event)}>
        <Field name="current" type="password" label={t('account_password_now')} autoComplete="current-password" />
        <Field name="password" type="password" label={t('account_password_new')} help={t('account_password_rule')} autoComplete="new-password" />
        <Field name="again" type="password" label={t('account_password_again')} autoComplete="new-password" />
        <p className="quiet">{t('account_password_effect')}</p>
        <p className="form-notice" role="alert">
          {notice}
        </p>
        <Button type="submit" className="main-button" isDisabled={busy}>
          {t('account_password_save')}
        </Button>
      </Form>
    </section>
  )
}
