/** What the signs on the map mean; its airspace rows also switch layers on and off. */

import { useState } from 'react'
import { Button, ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import type { Problem, Restriction } from '../api/types'
import { useLook } from '../app/look'
import type { DatumControl } from '../app/useMapDatum'
import { stateNames } from '../live/decode'
import { mapDatums } from '../live/heights'
import { cellViews, type CellView } from '../map/cellLayer'
import type { LayerGroup } from '../map/cityMap'
import { problemWords } from '../ui/problem'
import { Icon } from '../ui/icons'
import { StateMark } from '../ui/StateMark'

const kinds: readonly Restriction[] = ['PROHIBITED', 'REQ_AUTHORISATION', 'CONDITIONAL', 'NO_RESTRICTION']
const groups: readonly LayerGroup[] = ['zones', 'corridors', 'sites', 'labels', 'trails']

interface Props {
  readonly hidden: ReadonlySet<LayerGroup>
  readonly onToggle: (group: LayerGroup) => void
  readonly cells: CellView
  readonly cellProblem: Problem | null
  readonly onCells: (view: CellView) => void
  readonly datum: DatumControl
}

export function Legend({ hidden, onToggle, cells, cellProblem, onCells, datum }: Props) {
  const { t, lang } = useLook()
  const [open, setOpen] = useState(true)
  return (
    <section className="card legend" aria-label={t('legend_title')}>
      <Button className="card-title legend-head" aria-expanded={open} aria-label={t(open ? 'legend_hide' : 'legend_show')} onPress={() => setOpen(!open)}>
        <span>{t('legend_title')}</span>
        <Icon name="chevron" />
      </Button>
      {open && (
        <div className="legend-body">
          <ul className="legend-states">
            {stateNames.map((state) => (
              <li key={state} className={`state-${state}`}>
                <StateMark state={state} />
                <span>{t(`state_${state}`)}</span>
              </li>
            ))}
            <li className="state-stale" title={t('legend_stale')}>
              <StateMark state="stale" />
              <span>{t('state_stale')}</span>
            </li>
          </ul>
          <ul className="legend-zones">
            {kinds.map((kind) => (
              <li key={kind} className={`zone-${kind}`}>
                <span className="zone-letter">{t(`zone_letter_${kind}`)}</span>
                <span>{t(`zone_${kind}`)}</span>
              </li>
            ))}
          </ul>
          <ul className="legend-zones">
            <li className="legend-stop">
              <Icon name="noEntry" />
              <span>{t('stop_legend')}</span>
            </li>
          </ul>
          <ul className="legend-layers" aria-label={t('legend_layers')}>
            {groups.map((group) => {
              const shown = !hidden.has(group)
              return (
                <li key={group}>
                  <ToggleButton className="layer-toggle" isSelected={shown} onChange={() => onToggle(group)}>
                    <span className={`layer-sign layer-${group}`} aria-hidden="true" />
                    <span>{t(`layer_${group}`)}</span>
                    <Icon name={shown ? 'eye' : 'eyeOff'} />
                  </ToggleButton>
                </li>
              )
            })}
          </ul>
          <div className="legend-cells">
            <ToggleButtonGroup
              aria-label={t('map_datum')}
              className="chips"
              selectionMode="single"
              disallowEmptySelection
              selectedKeys={[datum.datum]}
              onSelectionChange={(keys) => datum.set(mapDatums.find((item) => keys.has(item)) ?? 'HAE')}
            >
              <span className="quiet">{t('map_datum')}</span>
              {mapDatums.map((item) => (
                <ToggleButton key={item} id={item} className="quiet-button chip-button">
                  {t(`datum_${item}`)}
                </ToggleButton>
              ))}
            </ToggleButtonGroup>
            {!datum.known && <p className="quiet">{t('map_datum_unknown')}</p>}
          </div>
          <div className="legend-cells">
            <ToggleButtonGroup
              aria-label={t('cells_title')}
              className="chips"
              selectionMode="single"
              disallowEmptySelection
              selectedKeys={[cells]}
              onSelectionChange={(keys) => onCells(cellViews.find((view) => keys.has(view)) ?? 'none')}
            >
              <span className="quiet">{t('cells_title')}</span>
              {cellViews.map((view) => (
                <ToggleButton key={view} id={view} className="quiet-button chip-button">
                  {t(`cells_${view}`)}
                </ToggleButton>
              ))}
            </ToggleButtonGroup>
            {cells !== 'none' && <p className="quiet">{cellProblem === null ? t(`cells_note_${cells}`) : t('cells_failed', { reason: problemWords(t, lang, cellProblem) })}</p>}
          </div>
        </div>
      )}
    </section>
  )
}
