/** The fields of a site: pads, slots, energy, hours, closures, directions. */

import { Button, ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import { useLook } from '../../app/look'
import { weekdays } from '../../draw/zoneDraft'
import { TimeField } from '../../fields/TimeField'
import { localName } from '../../i18n/format'
import { keyFor } from '../../i18n/translate'
import { siteKinds, type SiteDraft } from '../../network/siteDraft'
import { Icon } from '../../ui/icons'
import { Choice } from '../airspace/ZoneForm'
import { Text } from './parts'

interface Props {
  readonly draft: SiteDraft
  readonly operators: readonly { readonly organisation_id: string; readonly name: string; readonly name_zh?: string | null }[]
  /** `field` names what is being typed, so that one word is one step of undo. */
  readonly onChange: (change: Partial<SiteDraft>, field?: string) => void
}

export function SiteForm({ draft, operators, onChange }: Props) {
  const { t, lang } = useLook()
  const kinds = siteKinds.some((item) => item === draft.kind) ? siteKinds : [draft.kind, ...siteKinds]
  const kindName = (kind: string) => {
    const key = keyFor('site_kind_', kind)
    return key === null ? kind : t(key)
  }
  const text = (name: 'site_id' | 'name' | 'name_zh' | 'pads' | 'elevation' | 'prep' | 'clear' | 'turn' | 'charging' | 'swap' | 'approaches' | 'departures', label: string, type: 'text' | 'number' = 'text', help?: string) => (
    <Text label={label} type={type} value={draft[name]} readOnly={name === 'site_id' && draft.version !== null} onChange={(value) => onChange({ [name]: value }, name)} {...(help === undefined ? {} : { help })} />
  )
  const firms = draft.operator_id === '' || operators.some(({ organisation_id }) => organisation_id === draft.operator_id) ? operators : [{ organisation_id: draft.operator_id, name: draft.operator_id }, ...operators]
  const closure = (index: number, change: Partial<SiteDraft['closures'][number]>) =>
    onChange({ closures: draft.closures.map((item, i) => (i === index ? { ...item, ...change } : item)) }, `closure${index}`)
  const weekly = (index: number, change: Partial<SiteDraft['weeklyClosures'][number]>) =>
    onChange({ weeklyClosures: draft.weeklyClosures.map((item, i) => (i === index ? { ...item, ...change } : item)) }, `weekly${index}`)
  return (
    <>
      <div className="zone-grid">
        {text('site_id', t('network_id'))}
        <Choice label={t('site_kind')} value={draft.kind} options={kinds.map((kind) => [kind, kindName(kind)])} onChange={(kind) => onChange({ kind })} />
        {text('name', t('zone_form_name'))}
        {text('name_zh', t('zone_form_name_zh'))}
        {text('pads', t('network_pads'), 'number')}
        {text('elevation', t('network_elevation'), 'number')}
        <Choice label={t('network_of_firm')} value={draft.operator_id} options={[['', t('network_everybody')], ...firms.map((firm) => [firm.organisation_id, localName(lang, firm)] as const)]} onChange={(operator_id) => onChange({ operator_id })} />
        <Choice
          label={t('network_state')}
          value={draft.open ? 'open' : 'closed'}
          options={[
            ['open', t('network_open')],
            ['closed', t('network_closed_for_good')],
          ]}
          onChange={(state) => onChange({ open: state === 'open' })}
        />
      </div>
      <fieldset className="zone-group">
        <legend>{t('network_slots')}</legend>
        <div className="zone-grid network-thirds">
          {text('prep', t('network_prep'), 'number')}
          {text('clear', t('network_clear'), 'number')}
          {text('turn', t('network_turn'), 'number')}
        </div>
        <p className="quiet">{t('network_slots_help')}</p>
        <div className="zone-grid">
          {text('charging', t('network_charging'), 'number')}
          {text('swap', t('network_swap'), 'number')}
        </div>
      </fieldset>
      <fieldset className="zone-group">
        <legend>{t('network_hours')}</legend>
        <ToggleButtonGroup
          aria-label={t('network_hours')}
          className="chips"
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[draft.hours]}
          onSelectionChange={(keys) => {
            const hours = (['always', 'weekly', 'kept'] as const).find((item) => keys.has(item))
            if (hours !== undefined) onChange({ hours })
          }}
        >
          {(['always', 'weekly', ...(draft.keptHours.length > 0 ? (['kept'] as const) : [])] as const).map((item) => (
            <ToggleButton key={item} id={item} className="quiet-button chip-button">
              {t(`zone_form_${item}`)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        {draft.hours === 'weekly' && (
          <>
            <Days days={draft.days} onChange={(days) => onChange({ days })} />
            <div className="zone-grid">
              <TimeField label={t('zone_form_day_from')} kind="clock" value={draft.dayFrom} onChange={(value) => onChange({ dayFrom: value }, 'dayFrom')} />
              <TimeField label={t('zone_form_day_to')} kind="clock" value={draft.dayTo} onChange={(value) => onChange({ dayTo: value }, 'dayTo')} />
            </div>
          </>
        )}
      </fieldset>
      <fieldset className="zone-group">
        <legend>{t('network_closures')}</legend>
        {draft.keptClosures.length > 0 && <p className="quiet">{t('network_closures_kept', { n: draft.keptClosures.length })}</p>}
        {draft.closures.map((item, index) => (
          <div key={index} className="network-closure">
            <TimeField label={t('zone_form_from')} value={item.from} onChange={(value) => closure(index, { from: value })} />
            <TimeField label={t('zone_form_to')} value={item.to} onChange={(value) => closure(index, { to: value })} />
            <Text label={t('zone_form_reason')} value={item.reason} onChange={(reason) => closure(index, { reason })} />
            <Button className="icon-button" aria-label={t('network_closure_remove')} onPress={() => onChange({ closures: draft.closures.filter((_, i) => i !== index) })}>
              <Icon name="trash" />
            </Button>
          </div>
        ))}
        {draft.weeklyClosures.map((item, index) => (
          <div key={index} className="network-closure">
            <div className="network-days">
              <Days days={item.days} onChange={(days) => weekly(index, { days })} />
            </div>
            <TimeField label={t('zone_form_day_from')} kind="clock" value={item.from} onChange={(value) => weekly(index, { from: value })} />
            <TimeField label={t('zone_form_day_to')} kind="clock" value={item.to} onChange={(value) => weekly(index, { to: value })} />
            <Text label={t('zone_form_reason')} value={item.reason} onChange={(reason) => weekly(index, { reason })} />
            <Button className="icon-button" aria-label={t('network_closure_remove')} onPress={() => onChange({ weeklyClosures: draft.weeklyClosures.filter((_, i) => i !== index) })}>
              <Icon name="trash" />
            </Button>
          </div>
        ))}
        <div className="decide-buttons">
          <Button className="quiet-button" onPress={() => onChange({ closures: [...draft.closures, { from: '', to: '', reason: '' }] })}>
            <Icon name="plus" /> {t('network_closure_add')}
          </Button>
          <Button className="quiet-button" onPress={() => onChange({ weeklyClosures: [...draft.weeklyClosures, { days: ['SU'], from: '10:00', to: '12:00', reason: '' }] })}>
            <Icon name="plus" /> {t('network_closure_add_weekly')}
          </Button>
        </div>
      </fieldset>
      <fieldset className="zone-group">
        <legend>{t('network_directions')}</legend>
        <div className="zone-grid">
          {text('approaches', t('network_approaches'))}
          {text('departures', t('network_departures'))}
        </div>
        <p className="quiet">{t('network_directions_help')}</p>
      </fieldset>
    </>
  )
}

function Days({ days, onChange }: { readonly days: readonly string[]; readonly onChange: (days: readonly string[]) => void }) {
  const { t } = useLook()
  return (
    <ToggleButtonGroup aria-label={t('zone_form_days')} className="chips" selectionMode="multiple" selectedKeys={days} onSelectionChange={(keys) => onChange(weekdays.filter((day) => keys.has(day)))}>
      {weekdays.map((day) => {
        const key = keyFor('day_', day)
        return (
          <ToggleButton key={day} id={day} className="quiet-button chip-button">
            {key === null ? day : t(key)}
          </ToggleButton>
        )
      })}
    </ToggleButtonGroup>
  )
}
