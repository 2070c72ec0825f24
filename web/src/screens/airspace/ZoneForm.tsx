/** Name, restriction, band with its datum, and times of a draft. */

import type { ReactNode } from 'react'
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import { useLook } from '../../app/look'
import { weekdays, type ZoneDraft } from '../../draw/zoneDraft'
import { Field } from '../../fields/Field'
import { TimeField } from '../../fields/TimeField'
import { keyFor } from '../../i18n/translate'

interface Props {
  readonly draft: ZoneDraft
  /** `field` names what is being typed, so that one word is one step of undo. */
  readonly onChange: (change: Partial<ZoneDraft>, field?: string) => void
}

const restrictions = ['PROHIBITED', 'REQ_AUTHORISATION', 'CONDITIONAL', 'NO_RESTRICTION'] as const
const datums = ['AGL', 'AMSL', 'HAE'] as const

export function ZoneForm({ draft, onChange }: Props) {
  const { t, lang } = useLook()
  const text = (name: 'name' | 'name_zh' | 'reason' | 'authority' | 'message' | 'message_zh' | 'override', label: string, rows = 1) => (
    <Field label={label}>
      {(id) =>
        rows === 1 ? (
          <input id={id} type="text" maxLength={name.startsWith('message') ? 1_000 : name === 'override' || name === 'reason' ? 500 : 200} value={draft[name]} onChange={(event) => onChange({ [name]: event.target.value }, name)} />
        ) : (
          <textarea id={id} rows={rows} maxLength={1_000} value={draft[name]} onChange={(event) => onChange({ [name]: event.target.value }, name)} />
        )
      }
    </Field>
  )
  const at = (name: 'from' | 'to') => (
    <TimeField label={t(`zone_form_${name}`)} value={draft[name]} onChange={(value) => onChange({ [name]: value }, name)} />
  )
  const allowed = draft.temporary ? restrictions.slice(0, 2) : restrictions
  return (
    <>
      <div className="zone-grid">
        {lang === 'zh-CN' ? text('name_zh', t('zone_form_name_zh')) : text('name', t('zone_form_name'))}
        {lang === 'zh-CN' ? text('name', t('zone_form_name')) : text('name_zh', t('zone_form_name_zh'))}
        <Choice label={t('zone_form_restriction')} value={draft.restriction} onChange={(restriction) => onChange({ restriction })} options={allowed.map((value) => [value, t(`zone_${value}`)])} />
        <Choice label={t('zone_form_datum')} value={draft.datum} onChange={(datum) => onChange({ datum })} options={datums.map((value) => [value, t(`datum_${value}`)])} />
        <Field label={t('zone_form_lower')}>
          {(id) => <input id={id} type="number" step="any" value={draft.lower} onChange={(event) => onChange({ lower: event.target.value }, 'lower')} />}
        </Field>
        <Field label={t('zone_form_upper')}>
          {(id) => <input id={id} type="number" step="any" value={draft.upper} onChange={(event) => onChange({ upper: event.target.value }, 'upper')} />}
        </Field>
      </div>
      <fieldset className="zone-group">
        <legend>{t('zone_form_times')}</legend>
        {!draft.temporary && (
          <ToggleButtonGroup
            aria-label={t('zone_form_times')}
            className="chips"
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[draft.times]}
            onSelectionChange={(keys) => {
              const times = (['always', 'period', 'weekly', 'kept'] as const).find((item) => keys.has(item))
              if (times !== undefined) onChange({ times })
            }}
          >
            {(['always', 'period', 'weekly', ...((draft.kept?.length ?? 0) > 0 ? (['kept'] as const) : [])] as const).map((item) => (
              <ToggleButton key={item} id={item} className="quiet-button chip-button">
                {t(`zone_form_${item}`)}
              </ToggleButton>
            ))}
          </ToggleButtonGroup>
        )}
        {(draft.times === 'period' || draft.times === 'weekly') && (
          <div className="zone-grid">
            {at('from')}
            {at('to')}
          </div>
        )}
        {draft.times === 'weekly' && (
          <>
            <ToggleButtonGroup
              aria-label={t('zone_form_days')}
              className="chips"
              selectionMode="multiple"
              selectedKeys={draft.days}
              onSelectionChange={(keys) => onChange({ days: weekdays.filter((day) => keys.has(day)) })}
            >
              {weekdays.map((day) => {
                const key = keyFor('day_', day)
                return (
                  <ToggleButton key={day} id={day} className="quiet-button chip-button">
                    {key === null ? day : t(key)}
                  </ToggleButton>
                )
              })}
            </ToggleButtonGroup>
            <div className="zone-grid">
              <TimeField label={t('zone_form_day_from')} kind="clock" value={draft.dayFrom} onChange={(dayFrom) => onChange({ dayFrom }, 'dayFrom')} />
              <TimeField label={t('zone_form_day_to')} kind="clock" value={draft.dayTo} onChange={(dayTo) => onChange({ dayTo }, 'dayTo')} />
            </div>
          </>
        )}
        {draft.temporary && (
          <>
            <Choice
              label={t('zone_form_category')}
              value={draft.category}
              onChange={(category) => onChange({ category })}
              options={[
                ['event', t('zone_form_category_event')],
                ['urgent', t('zone_form_category_urgent')],
              ]}
            />
            {text('override', t('zone_form_override'))}
          </>
        )}
      </fieldset>
      <div className="zone-grid">
        {text('reason', t('zone_form_reason'))}
        {!draft.temporary && text('authority', t('zone_form_authority'))}
      </div>
      {text('message', t('zone_form_message'), 2)}
      {text('message_zh', t('zone_form_message_zh'), 2)}
    </>
  )
}

export function Choice<T extends string>({ label, value, options, onChange }: { readonly label: ReactNode & string; readonly value: T; readonly options: readonly (readonly [T, string])[]; readonly onChange: (value: T) => void }) {
  return (
    <Field label={label}>
      {(id) => (
        <select id={id} value={value} onChange={(event) => onChange(options.find(([item]) => item === event.target.value)?.[0] ?? value)}>
          {options.map(([item, words]) => (
            <option key={item} value={item}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}
