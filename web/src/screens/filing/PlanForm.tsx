/** The fields of a plan: who flies, when, how high and how fast, from where to where. */

import { useState } from 'react'
import type { Aircraft, Site } from '../../api/types'
import { useLook } from '../../app/look'
import { FileField } from '../../fields/FileField'
import { TimeField } from '../../fields/TimeField'
import { remarkNames, type PlanDraft } from '../../filing/planDraft'
import { routeOf } from '../../filing/routeFile'
import { localName, number } from '../../i18n/format'
import { operationKinds } from '../../live/trackFilter'
import { Choice } from '../airspace/ZoneForm'
import { Text } from '../network/parts'

interface Props {
  readonly draft: PlanDraft
  readonly aircraft: readonly Aircraft[]
  readonly sites: readonly Site[]
  readonly onChange: (change: Partial<PlanDraft>, field?: string) => void
}

export function PlanForm({ draft, aircraft, sites, onChange }: Props) {
  const { t, lang } = useLook()
  const [read, setRead] = useState<number | null>(null)
  const text = (name: 'height' | 'speed' | 'climb', label: string) => <Text label={label} type="number" value={draft[name]} onChange={(value) => onChange({ [name]: value }, name)} />
  const named = sites.map(({ properties }) => [properties.site_id, localName(lang, properties)] as const).sort((a, b) => a[1].localeCompare(b[1], lang))
  const site = (name: 'origin' | 'destination', label: string) => <Choice label={label} value={draft[name]} options={[['', t('filing_no_site')], ...named]} onChange={(value) => onChange({ [name]: value })} />
  const take = async (file: File) => {
    const points = routeOf(await file.text())
    setRead(points?.length ?? 0)
    if (points !== null) onChange({ points })
  }
  return (
    <>
      <div className="zone-grid">
        <Choice label={t('filing_aircraft')} value={draft.aircraft_id} options={[['', t('filing_choose')], ...aircraft.map((item) => [item.aircraft_id, item.registration] as const)]} onChange={(aircraft_id) => onChange({ aircraft_id })} />
        <Choice label={t('field_operation')} value={draft.operation} options={operationKinds.map((kind) => [kind, t(`filter_kind_${kind}`)])} onChange={(operation) => onChange({ operation })} />
        <TimeField label={t('filing_departure')} value={draft.departure} onChange={(departure) => onChange({ departure }, 'departure')} />
        {text('speed', t('filing_speed'))}
        {text('height', t('filing_height'))}
        <Choice label={t('filing_datum')} value={draft.datum} options={(['AGL', 'AMSL', 'HAE'] as const).map((item) => [item, t(`datum_${item}`)])} onChange={(datum) => onChange({ datum })} />
        {site('origin', t('filing_origin'))}
        {site('destination', t('filing_destination'))}
      </div>
      <label className="filing-check">
        <input type="checkbox" checked={draft.fromGround} onChange={(event) => onChange({ fromGround: event.target.checked })} /> {t('filing_from_ground')}
      </label>
      {draft.fromGround && <div className="zone-grid">{text('climb', t('filing_climb'))}</div>}
      <FileField label={t('filing_file')} kinds={['.geojson', '.json', '.plan', '.kml']} onChoose={(file) => void take(file)} />
      {read !== null && (
        <p role="status" className={read === 0 ? 'zone-wrong' : 'quiet'}>
          {read === 0 ? t('filing_file_none') : t('filing_file_read', { n: number(lang, read) })}
        </p>
      )}
      <details className="filing-remarks">
        <summary>{t('filing_remarks')}</summary>
        <div className="zone-grid">
          {remarkNames.map((name) => (
            <Text key={name} label={t(`filing_remark_${name}`)} value={draft.remarks[name]} onChange={(value) => onChange({ remarks: { ...draft.remarks, [name]: value } }, name)} />
          ))}
        </div>
      </details>
    </>
  )
}
