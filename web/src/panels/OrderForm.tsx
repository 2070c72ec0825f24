/** A firm's new order: two sites, a load, a class and when it must be there. */

import { useState } from 'react'
import { Button } from 'react-aria-components'
import { createOrder, priorityClasses, type Order } from '../api/logistics'
import type { Problem, Site } from '../api/types'
import { useLook } from '../app/look'
import { Field } from '../fields/Field'
import { TimeField } from '../fields/TimeField'
import { localName } from '../i18n/format'
import { orderBody, type OrderFields } from '../parcel/parcelTimes'
import { problemWords } from '../ui/problem'

interface Props {
  readonly sites: readonly Site[]
  readonly onCreated: (order: Order) => void
  readonly onClose: () => void
}

/** What each choice of a site is called, and what it says while none is chosen. */
const siteFields = {
  origin: { label: 'parcel_from', empty: 'parcel_choose_site', required: true },
  destination: { label: 'parcel_to', empty: 'parcel_choose_site', required: true },
  via: { label: 'parcel_via', empty: 'parcel_via_none', required: false },
  via2: { label: 'parcel_via2', empty: 'parcel_via2_none', required: false },
} as const
type SiteField = keyof typeof siteFields

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
  const choose = (name: SiteField, site_id: string) => {
    // Without a first hub there is no second one.
    const rest = name === 'via' && site_id === '' ? { via2: '' } : {}
    set({ [name]: site_id, ...rest })
  }
  const siteField = (name: SiteField) => (
    <Field label={t(siteFields[name].label)}>
      {(id) => (
        <select id={id} value={fields[name] ?? ''} required={siteFields[name].required} onChange={(event) => choose(name, event.target.value)}>
          <option value="">{t(siteFields[name].empty)}</option>
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
      <TimeField label={t('parcel_ready_at_field')} value={fields.readyAt ?? ''} onChange={(readyAt) => set({ readyAt })} />
      <TimeField label={t('parcel_deliver_by_field')} value={fields.deliverBy} onChange={(deliverBy) => set({ deliverBy })} />
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
