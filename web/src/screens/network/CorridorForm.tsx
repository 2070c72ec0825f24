/** The fields of a corridor: band, layer, direction, capacity, speed. */

import { useLook } from '../../app/look'
import type { CorridorDraft } from '../../network/corridorDraft'
import { Choice } from '../airspace/ZoneForm'
import { Text } from './parts'

interface Props {
  readonly draft: CorridorDraft
  readonly onChange: (change: Partial<CorridorDraft>, field?: string) => void
}

export function CorridorForm({ draft, onChange }: Props) {
  const { t } = useLook()
  const text = (name: 'corridor_id' | 'name' | 'name_zh' | 'lower' | 'upper' | 'speed' | 'layer' | 'capacity', label: string, type: 'text' | 'number' = 'text') => (
    <Text label={label} type={type} value={draft[name]} readOnly={name === 'corridor_id' && draft.version !== null} onChange={(value) => onChange({ [name]: value }, name)} />
  )
  return (
    <>
      <div className="zone-grid">
        {text('corridor_id', t('network_id'))}
        <Choice
          label={t('network_direction')}
          value={draft.direction}
          options={[
            ['both', t('network_direction_both')],
            ['forward', t('network_direction_forward')],
          ]}
          onChange={(direction) => onChange({ direction })}
        />
        {text('name', t('zone_form_name'))}
        {text('name_zh', t('zone_form_name_zh'))}
        {text('lower', t('network_lower'), 'number')}
        {text('upper', t('network_upper'), 'number')}
        <Choice label={t('zone_form_datum')} value={draft.datum} options={(['AGL', 'AMSL', 'HAE'] as const).map((value) => [value, t(`datum_${value}`)])} onChange={(datum) => onChange({ datum })} />
        {text('layer', t('network_layer'))}
        {text('capacity', t('network_capacity'), 'number')}
        {text('speed', t('network_speed'), 'number')}
      </div>
      <p className="quiet">{t('network_corridor_help')}</p>
    </>
  )
}
