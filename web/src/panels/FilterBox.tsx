/** Chooses which drones the map shows, and says plainly that it does not show all of them. */

import { Button, Dialog, DialogTrigger, Popover, ToggleButton } from 'react-aria-components'
import type { Operator } from '../api/types'
import type { FilterControl } from '../app/useTrackFilter'
import { useLook } from '../app/look'
import { localName, number } from '../i18n/format'
import { stateNames } from '../live/decode'
import type { MapDatum } from '../live/heights'
import { noFilter, operationKinds, type TrackFilter } from '../live/trackFilter'
import { problemWords } from '../ui/problem'
import { Icon } from '../ui/icons'
import { StateMark } from '../ui/StateMark'
import './filter.css'

interface Props {
  readonly control: FilterControl
  readonly datum: MapDatum
  readonly operators: ReadonlyMap<string, Operator>
  readonly isOpen: boolean
  readonly onOpen: (open: boolean) => void
}

export function FilterButton({ control, datum, operators, isOpen, onOpen }: Props) {
  const { t } = useLook()
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={onOpen}>
      <Button className="quiet-button plans-button filter-button" data-on={control.on}>
        <Icon name="filter" />
        {t('filter_button')}
      </Button>
      <Popover className="popover filter-popover" placement="bottom end">
        <Dialog aria-label={t('filter_title')} className="filter-box">
          <FilterForm control={control} datum={datum} operators={operators} />
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}

function FilterForm({ control: { filter, on, problem, set }, datum, operators }: Pick<Props, 'control' | 'datum' | 'operators'>) {
  const { t, lang } = useLook()
  const change = (part: Partial<TrackFilter>) => set({ ...filter, ...part })
  const height = (text: string): number | null => (text.trim() === '' || !Number.isFinite(Number(text)) ? null : Number(text))
  const firms = [...operators.values()].map((firm) => [firm.organisation_id, localName(lang, firm)] as const).sort((a, b) => a[1].localeCompare(b[1], lang))
  return (
    <>
      <fieldset>
        <legend>{t('filter_states')}</legend>
        <div className="filter-states">
          {stateNames.map((state) => {
            const chosen = filter.states.includes(state)
            return (
              <ToggleButton
                key={state}
                className={`quiet-button chip-button state-${state}`}
                isSelected={chosen}
                onChange={() => change({ states: stateNames.filter((name) => (name === state ? !chosen : filter.states.includes(name))) })}
              >
                <StateMark state={state} />
                {t(`state_${state}`)}
              </ToggleButton>
            )
          })}
        </div>
      </fieldset>
      <label>
        {t('filter_firm')}
        <select value={filter.firm ?? ''} onChange={(event) => change({ firm: event.target.value || null })}>
          <option value="">{t('filter_any')}</option>
          {filter.firm !== null && !operators.has(filter.firm) && <option value={filter.firm}>{filter.firm}</option>}
          {firms.map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t('filter_kind')}
        <select value={filter.kind ?? ''} onChange={(event) => change({ kind: operationKinds.find((kind) => kind === event.target.value) ?? null })}>
          <option value="">{t('filter_any')}</option>
          {operationKinds.map((kind) => (
            <option key={kind} value={kind}>
              {t(`filter_kind_${kind}`)}
            </option>
          ))}
        </select>
      </label>
      <fieldset>
        <legend>{t('filter_height', { datum: t(`datum_${datum}`) })}</legend>
        <div className="filter-heights">
          {(['from_m', 'to_m'] as const).map((side) => (
            <input
              key={side}
              type="number"
              step={10}
              aria-label={t(side === 'from_m' ? 'filter_from' : 'filter_to')}
              placeholder={t(side === 'from_m' ? 'filter_from' : 'filter_to')}
              defaultValue={filter[side] ?? ''}
              onChange={(event) => change({ [side]: height(event.target.value) })}
            />
          ))}
        </div>
      </fieldset>
      <p className="note">{t('filter_note')}</p>
      {problem !== null && <p className="aged">{t('filter_kinds_failed', { reason: problemWords(t, lang, problem) })}</p>}
      <Button className="quiet-button" isDisabled={!on} onPress={() => set(noFilter)}>
        {t('filter_clear')}
      </Button>
    </>
  )
}

/** Stands over the map while a filter is on. */
export function FilterNotice({ control, shown, total, onOrder }: { readonly control: FilterControl; readonly shown: number; readonly total: number; readonly onOrder: (() => void) | null }) {
  const { t, lang } = useLook()
  if (!control.on) return null
  return (
    <div className="filter-notice" role="status">
      <Icon name="filter" />
      {t('filter_shown', { shown: number(lang, shown), total: number(lang, total) })}
      {onOrder !== null && (
        <Button className="link-button" onPress={onOrder}>
          {t('mass_open')}
        </Button>
      )}
      <Button className="link-button" onPress={() => control.set(noFilter)}>
        {t('filter_clear')}
      </Button>
    </div>
  )
}
