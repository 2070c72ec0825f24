/** What is inspected and how: template, place, vehicle, camera, and how finely it looks. */

import { ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import { inspectionKinds } from '../../api/inspections'
import type { Site } from '../../api/types'
import { useLook } from '../../app/look'
import { TimeField } from '../../fields/TimeField'
import { localName } from '../../i18n/format'
import { cameraChoices, cameraFields, ofKind, type InspectionDraft } from '../../inspection/inspectionDraft'
import { Choice } from '../airspace/ZoneForm'
import { Text } from '../network/parts'

interface Props {
  readonly draft: InspectionDraft
  readonly sites: readonly Site[]
  readonly aircraft: readonly { readonly aircraft_id: string; readonly registration: string }[]
  readonly onChange: (draft: InspectionDraft) => void
}

export function TemplateChoice({ draft, onChange }: Pick<Props, 'draft' | 'onChange'>) {
  const { t } = useLook()
  return (
    <>
      <ToggleButtonGroup
        aria-label={t('inspection_template')}
        className="chips"
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[draft.kind]}
        onSelectionChange={(keys) => {
          const kind = inspectionKinds.find((item) => keys.has(item))
          if (kind !== undefined && kind !== draft.kind) onChange(ofKind(draft, kind))
        }}
      >
        {inspectionKinds.map((kind) => (
          <ToggleButton key={kind} id={kind} className="quiet-button chip-button">
            {t(`inspection_${kind}`)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <p className="quiet">{t(`inspection_help_${draft.kind}`)}</p>
    </>
  )
}

export function InspectionForm({ draft, sites, aircraft, onChange }: Props) {
  const { t, lang } = useLook()
  const set = (part: Partial<InspectionDraft>) => onChange({ ...draft, ...part })
  const named = sites.map(({ properties }) => [properties.site_id, localName(lang, properties)] as const).sort((a, b) => a[1].localeCompare(b[1], lang))
  const marks = aircraft.map(({ aircraft_id, registration }) => [aircraft_id, registration] as const).sort((a, b) => a[1].localeCompare(b[1]))
  const figure = (name: 'height' | 'gsd' | 'front_pct' | 'side_pct' | 'spacing' | 'heading' | 'width' | 'hold' | 'speed' | 'longest_min' | 'interval_min' | 'priority', help?: string) => (
    <Text label={t(`inspection_field_${name}`)} type="number" value={draft[name]} onChange={(value) => set({ [name]: value })} {...(help === undefined ? {} : { help })} />
  )
  const places = draft.kind === 'points' || draft.kind === 'emergency'
  return (
    <>
      <fieldset className="zone-group">
        <legend>{t('inspection_flight')}</legend>
        <div className="zone-grid">
          <Choice label={t('field_registration')} value={draft.aircraft_id} options={[['', t('inspection_choose')], ...marks]} onChange={(aircraft_id) => set({ aircraft_id })} />
          <Choice label={t('inspection_base')} value={draft.base_site_id} options={[['', t('parcel_choose_site')], ...named]} onChange={(base_site_id) => set({ base_site_id })} />
          <TimeField label={t('inspection_departs')} value={draft.departs} onChange={(departs) => set({ departs })} />
          {figure('speed')}
          {figure('longest_min', t('inspection_longest_help'))}
          {figure('interval_min')}
          {draft.kind === 'emergency' && figure('priority', t('inspection_priority_help'))}
        </div>
        {draft.kind === 'emergency' && <p className="quiet">{t('inspection_departs_emergency')}</p>}
      </fieldset>
      <fieldset className="zone-group">
        <legend>{t('inspection_camera')}</legend>
        <div className="zone-grid">
          <Choice label={t('inspection_camera')} value={draft.camera} options={cameraChoices.map((item) => [item, t(`camera_${item}`)] as const)} onChange={(camera) => set({ camera })} />
          <Choice
            label={t('inspection_by')}
            value={draft.by}
            options={[
              ['height', t('inspection_by_height')],
              ['gsd', t('inspection_by_gsd')],
            ]}
            onChange={(by) => set({ by })}
          />
          {draft.by === 'height' ? figure('height') : figure('gsd')}
          {draft.camera === 'own' && cameraFields.map((name) => <Text key={name} label={t(`camera_${name}`)} type="number" value={draft.own[name]} onChange={(value) => set({ own: { ...draft.own, [name]: value } })} />)}
        </div>
        {draft.camera !== 'none' && !places && (
          <div className="zone-grid">
            {figure('front_pct')}
            {figure('side_pct')}
          </div>
        )}
      </fieldset>
      <fieldset className="zone-group">
        <legend>{t('inspection_pattern')}</legend>
        <div className="zone-grid">
          {draft.kind === 'area' && figure('heading', t('inspection_heading_help'))}
          {draft.kind === 'line' && figure('width')}
          {places ? figure('hold', t(draft.kind === 'emergency' ? 'inspection_hold_emergency' : 'inspection_hold_help')) : figure('spacing', t('inspection_spacing_help'))}
        </div>
      </fieldset>
    </>
  )
}
