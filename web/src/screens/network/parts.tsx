/** Small parts the forms of the network share. */

import type { ReactNode } from 'react'
import { Button } from 'react-aria-components'
import type { FileProblem } from '../../api/network'
import { useLook } from '../../app/look'
import { Field } from '../../fields/Field'
import { number } from '../../i18n/format'

const SHOWN = 100

/** A text or number field of a draft; the type follows what is asked. */
export function Text({ label, value, type = 'text', onChange, help, readOnly = false }: {
  readonly label: string
  readonly value: string
  readonly type?: 'text' | 'number'
  readonly onChange: (value: string) => void
  readonly help?: string
  readonly readOnly?: boolean
}) {
  return (
    <Field label={label}>
      {(id) => (
        <>
          <input id={id} type={type} {...(type === 'number' ? { step: 'any' } : { maxLength: 200 })} value={value} readOnly={readOnly} onChange={(event) => onChange(event.target.value)} {...(help === undefined ? {} : { 'aria-describedby': `${id}-help` })} />
          {help !== undefined && (
            <span id={`${id}-help`} className="quiet">
              {help}
            </span>
          )}
        </>
      )}
    </Field>
  )
}

/** What is wrong with a file, by line. */
export function Problems({ title, items, severity }: { readonly title: string; readonly items: readonly FileProblem[]; readonly severity: 'error' | 'warning' }) {
  const { t, lang } = useLook()
  if (items.length === 0) return null
  return (
    <details className="import-faults" open={severity === 'error'}>
      <summary>{title}</summary>
      <ul>
        {items.slice(0, SHOWN).map((item, index) => (
          <li key={index} data-severity={severity}>
            <span className="mono quiet">{item.line === null ? item.field : t('import_where', { line: number(lang, item.line), field: item.field })}</span>
            <span className="block">{lang === 'zh-CN' ? item.detail_zh : item.detail}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}

/** A question before something that others fly by: what it does, a second press, or back. */
export function Question({ effect, yes, busy, onYes, onNo }: { readonly effect: string; readonly yes: string; readonly busy: boolean; readonly onYes: () => void; readonly onNo: () => void }) {
  const { t } = useLook()
  return (
    <div className="zone-question" data-escape-cancels="true" onKeyDown={(event) => event.key === 'Escape' && onNo()}>
      <p>{effect}</p>
      <div className="decide-buttons">
        <Button className="main-button main-danger" autoFocus isDisabled={busy} onPress={onYes}>
          {busy ? t('network_busy') : yes}
        </Button>
        <Button className="quiet-button" isDisabled={busy} onPress={onNo}>
          {t('decide_back')}
        </Button>
      </div>
    </div>
  )
}

export const Said = ({ good, children }: { readonly good: boolean; readonly children: ReactNode }) => (
  <p role="status" className={good ? 'approvals-verified' : 'decide-problem'}>
    {children}
  </p>
)
