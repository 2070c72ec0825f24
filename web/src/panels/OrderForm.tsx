/** A firm's new order: two sites, a load, a class and when it must be there. */

import { useId, useState, type ReactNode } from 'react'
import { Button } from 'react-aria-components'
import { createOrder, priorityClasses, type Order } from '../api/logistics'
import type { Problem, Site } from '../api/types'
import { useLook } from '../app/look'
import { localName } from '../i18n/format'
import { orderBody, type OrderFields } from '../parcel/parcelTimes'
import { problemWords } from '../ui/problem'

interface Props {
  readonly sites: readonly Site[]
  readonly onCreated: (order: Order) => void
  readonly onClose: () => void
}

const empty: OrderFields = { origin: '', destination: '', payload: '1', priority: 'standard', deliverBy: '', reference: '', dangerous: false, cold: false, via: '' }

export function OrderForm({ sites, onCreated, onClose }: Props) {
  const { t, lang } = useLook()
  const [fields, setFields] = useState(empty)
  const [sending, setSending] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const body = orderBody(fields)
  const named = sites.map(({ properties }) => ({ id: properties.site_id, name: localName(lang, properties) })).sort((a, b) => a.name.localeCompare(b.name, lang))
  const set = (change: Partial<OrderFields>) => setFields((before) => ({ ...before, ...change }))

  const send = async () => {
    if (body === null) return
    setSending(true)
    setProblem(null)
    const answer = await createOrder(body)
    setSending(false)
    if (answer.ok) onCreated(answer.value)
    else setProblem(answer.problem)
  }
  const siteField = (name: 'origin' | 'destination' | 'via' | 'via2') => (
    <Field label={t(name === 'origin' ? 'parcel_from' : name === 'destination' ? 'parcel_to' : name === 'via' ? 'parcel_via' : 'parcel_via2')}>
      {(id) => (
        <select id={id} value={fields[name] ?? ''} required={name === 'origin' || name === 'destination'} onChange={(event) => set({ [name]: event.target.value, ...(name === 'via' && event.target.value === '' ? { via2: '' } : {}) })}>
          <option value="">{t(name === 'via' ? 'parcel_via_none' : name === 'via2' ? 'parcel_via2_none' : 'parcel_choose_site')}</option>
          {named.map(({ id, name: text }) => (
            <option key={id} value={id}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
  return (
    <form
      className="board-form"
      aria-label={t('parcel_new')}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      {siteField('origin')}
      {siteField('destination')}
      <Field label={t('parcel_payload_kg')}>
        {(id) => (
          <input id={id} type="number" min="0.01" max="2000" step="any" required value={fields.payload} onChange={(event) => set({ payload: event.target.value })} />
        )}
      </Field>
      <Field label={t('parcel_class')}>
        {(id) => (
          <select
            id={id}
            value={fields.priority}
            onChange={(event) => set({ priority: priorityClasses.find((item) => item === event.target.value) ?? 'standard' })}
          >
            {priorityClasses.map((item) => (
              <option key={item} value={item}>
                {t(`parcel_class_${item}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={t('parcel_ready_at_field')}>
        {(id) => <input id={id} type="datetime-local" value={fields.readyAt ?? ''} onChange={(event) => set({ readyAt: event.target.value })} />}
      </Field>
      <Field label={t('parcel_deliver_by_field')}>
        {(id) => (
          <input id={id} type="datetime-local" value={fields.deliverBy} onChange={(event) => set({ deliverBy: event.target.value })} />
        )}
      </Field>
      <Field label={t('parcel_reference_field')}>
        {(id) => (
          <input id={id} type="text" maxLength={200} value={fields.reference} onChange={(event) => set({ reference: event.target.value })} />
        )}
      </Field>
      {siteField('via')}
      {(fields.via ?? '') !== '' && siteField('via2')}
      <fieldset className="board-field board-checks">
        <legend>{t('parcel_goods')}</legend>
        {(['dangerous', 'cold'] as const).map((name) => (
          <label key={name}>
            <input type="checkbox" checked={fields[name] === true} onChange={(event) => set({ [name]: event.target.checked })} /> {t(name === 'dangerous' ? 'parcel_dangerous_field' : 'parcel_cold_field')}
          </label>
        ))}
      </fieldset>
      {fields.dangerous === true && <p className="quiet board-note">{t('parcel_dangerous_note')}</p>}
      <div className="board-form-end">
        <Button type="submit" className="main-button" isDisabled={sending || body === null}>
          {t(sending ? 'parcel_sending' : 'parcel_create')}
        </Button>
        <Button className="quiet-button" onPress={onClose}>
          {t('decide_back')}
        </Button>
      </div>
      {problem !== null && <ProblemList problem={problem} title="parcel_create_failed" />}
    </form>
  )
}

/** A labelled field; the label is tied by id so that an option or an error is no part of its name. */
export function Field({ label, children }: { readonly label: string; readonly children: (id: string) => ReactNode }) {
  const id = useId()
  return (
    <div className="board-field">
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  )
}

/** What the service refused, field by field in words. */
export function ProblemList({ problem, title }: { readonly problem: Problem; readonly title: 'parcel_create_failed' | 'fault_failed' }) {
  const { t, lang } = useLook()
  const lines = (problem.errors ?? []).flatMap((item) => (lang === 'zh-CN' ? (item.detail_zh ?? item.detail) : item.detail) ?? [])
  return (
    <p className="decide-problem board-problem" role="alert">
      {t(title, { reason: lines.length === 0 ? problemWords(t, lang, problem) : lines.join(' ') })}
    </p>
  )
}
