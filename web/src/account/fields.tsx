/** Fields of the account dialog, and how a refusal is worded in it. */

import { FieldError, Input, Label, Text, TextField } from 'react-aria-components'
import type { Problem } from '../api/types'
import { useLook } from '../app/look'
import type { Lang, Translate } from '../i18n/translate'
import { problemWords } from '../ui/problem'

interface FieldProps {
  readonly name: string
  readonly label: string
  readonly help?: string
  readonly type?: 'password' | 'text'
  readonly autoComplete: string
}

export function Field({ name, label, help, type = 'text', autoComplete }: FieldProps) {
  const { t } = useLook()
  return (
    <TextField name={name} type={type} isRequired autoComplete={autoComplete}>
      <Label>{label}</Label>
      <Input />
      {help !== undefined && <Text slot="description">{help}</Text>}
      <FieldError>{t('sign_in_field_required')}</FieldError>
    </TextField>
  )
}

/** What one typed into a form, trimmed where it is no password. */
export function typed(form: HTMLFormElement, name: string): string {
  const value = String(new FormData(form).get(name) ?? '')
  return name === 'code' ? value.replaceAll(' ', '') : value
}

/** Why it was not done, in words. */
export function refusalWords(t: Translate, lang: Lang, problem: Problem): string {
  if (problem.code === 'wrong_credentials') return t('account_wrong_password')
  if (problem.code === 'wrong_code') return t('sign_in_wrong_code')
  return t('account_failed', { reason: problemWords(t, lang, problem) })
}
