/** What a firm keeps for its flights: carriers with their numbers, batteries with their cycles, crews with their limit. */

import { addBattery, addCrew, batteryStates, carrierStates, changeBattery, changeCrew, crewStates, getBatteries, getCarriers, getCrews, putCarrier, type Battery, type Crew, type FleetCarrier } from '../../api/fleetState'
import { useConsole } from '../../app/consoleContext'
import { useFleet } from '../../app/hooks'
import { useLook } from '../../app/look'
import { worn } from '../../fleet/condition'
import { batteryDraft, batteryFits, carrierBody, carrierDraft, carrierNumbers, crewDraft, crewFits, type BatteryDraft, type CarrierDraft, type CrewDraft } from '../../fleet/forms'
import { instant, localName, number, quantity } from '../../i18n/format'
import { keyFor, type Translate } from '../../i18n/translate'
import { Time } from '../../panels/Drawer'
import { Choice } from '../airspace/ZoneForm'
import { Text } from '../network/parts'
import { KeptTab } from './KeptTab'

const stateName = (t: Translate, prefix: 'carrier_' | 'battery_' | 'crew_', state: string) => {
  const key = keyFor(prefix, state)
  return key === null ? state : t(key)
}

function useEdits(): boolean {
  return useConsole().session.user.role === 'operator'
}

export function CarriersTab() {
  const { t, lang } = useLook()
  const { airspace } = useConsole()
  const names = useFleet(true)
  const sites = airspace.sites.map(({ properties }) => [properties.site_id, localName(lang, properties)] as const).sort((a, b) => a[1].localeCompare(b[1], lang))
  const siteName = (id: string | null) => (id === null ? '—' : (sites.find(([site_id]) => site_id === id)?.[1] ?? id))
  const mark = (id: string) => names.aircraft.get(id)?.registration ?? id
  const own = [...names.aircraft.values()].map((item) => [item.aircraft_id, item.registration] as const).sort((a, b) => a[1].localeCompare(b[1]))
  return (
    <KeptTab<FleetCarrier, CarrierDraft>
      label="fleet_carriers"
      none="fleet_carriers_none"
      add="fleet_new_carrier"
      columns={['field_registration', 'fleet_site_state', 'fleet_stands', 'fleet_next_free', 'fleet_payload', 'fleet_battery_wh']}
      edits={useEdits()}
      read={getCarriers}
      idOf={(item) => item.aircraft_id}
      nameOf={(item) => mark(item.aircraft_id)}
      cells={(item) => {
        const free = instant(item.free_at)
        return [stateName(t, 'carrier_', item.state), siteName(item.free_site_id ?? item.site_id), free === null ? '—' : <Time at={free} />, quantity(t, lang, 'unit_kg', item.payload_max_kg, 1), quantity(t, lang, 'unit_wh', item.battery_wh)]
      }}
      draftOf={carrierDraft}
      fits={(draft) => carrierBody(draft) !== null}
      save={(draft) => putCarrier(draft.aircraft_id, carrierBody(draft)!)}
      says={(item, draft) => Object.entries(carrierBody(draft)!).every(([name, value]) => item[name as keyof FleetCarrier] === value)}
      form={(draft, set) => (
        <>
          <div className="zone-grid fleet-fields">
            <Choice label={t('field_registration')} value={draft.aircraft_id} options={[['', t('fleet_choose')], ...own]} onChange={(aircraft_id) => set({ aircraft_id })} />
            <Choice label={t('fleet_stands')} value={draft.site_id} options={[['', t('parcel_choose_site')], ...sites]} onChange={(site_id) => set({ site_id })} />
            <Choice label={t('fleet_site_state')} value={draft.state} options={carrierStates.map((item) => [item, t(`carrier_${item}`)] as const)} onChange={(state) => set({ state })} />
            {carrierNumbers.map((name) => (
              <Text key={name} label={t(`fleet_${name}`)} type="number" value={draft[name]} onChange={(value) => set({ [name]: value })} />
            ))}
          </div>
          <p className="quiet">{t('fleet_usual')}</p>
          {(['dangerous', 'cold'] as const).map((name) => (
            <label key={name} className="fleet-check">
              <input type="checkbox" checked={draft[name]} onChange={(event) => set({ [name]: event.target.checked })} /> {t(`fleet_${name}`)}
            </label>
          ))}
        </>
      )}
    />
  )
}

export function BatteriesTab() {
  const { t, lang } = useLook()
  return (
    <KeptTab<Battery, BatteryDraft>
      label="fleet_batteries"
      none="fleet_batteries_none"
      add="fleet_new_battery"
      columns={['fleet_battery', 'fleet_site_state', 'fleet_capacity', 'fleet_cycles']}
      edits={useEdits()}
      read={getBatteries}
      idOf={(item) => item.battery_id}
      nameOf={(item) => item.label}
      cells={(item) => [
        stateName(t, 'battery_', item.state),
        quantity(t, lang, 'unit_wh', item.capacity_wh),
        <span key="cycles" data-bad={worn(item)}>
          {t('fleet_cycles_of', { n: number(lang, item.cycles), max: number(lang, item.cycles_max) })}
          {worn(item) && <strong> · {t('fleet_worn')}</strong>}
        </span>,
      ]}
      sorted={(items) => [...items].sort((a, b) => b.cycles / Math.max(1, b.cycles_max) - a.cycles / Math.max(1, a.cycles_max))}
      draftOf={batteryDraft}
      fits={batteryFits}
      save={(draft) =>
        draft.battery_id === null
          ? addBattery({ label: draft.label.trim(), capacity_wh: Number(draft.capacity), cycles: Number(draft.cycles), cycles_max: Number(draft.cycles_max) })
          : changeBattery(draft.battery_id, { label: draft.label.trim(), state: draft.state, cycles: Number(draft.cycles) })
      }
      says={(item, draft) => item.label === draft.label.trim() && item.cycles === Number(draft.cycles) && (draft.battery_id === null || item.state === draft.state)}
      form={(draft, set) => (
        <div className="zone-grid fleet-fields">
          <Text label={t('fleet_battery')} value={draft.label} onChange={(label) => set({ label })} />
          <Text label={t('fleet_capacity_wh')} type="number" value={draft.capacity} readOnly={draft.battery_id !== null} onChange={(capacity) => set({ capacity })} />
          <Text label={t('fleet_cycles_now')} type="number" value={draft.cycles} onChange={(cycles) => set({ cycles })} />
          <Text label={t('fleet_cycles_max')} type="number" value={draft.cycles_max} readOnly={draft.battery_id !== null} onChange={(cycles_max) => set({ cycles_max })} />
          {draft.battery_id !== null && <Choice label={t('fleet_site_state')} value={draft.state} options={batteryStates.map((item) => [item, t(`battery_${item}`)] as const)} onChange={(state) => set({ state })} />}
        </div>
      )}
    />
  )
}

export function CrewsTab() {
  const { t, lang } = useLook()
  return (
    <KeptTab<Crew, CrewDraft>
      label="fleet_crews"
      none="fleet_crews_none"
      add="fleet_new_crew"
      columns={['fleet_crew', 'fleet_site_state', 'fleet_at_once']}
      edits={useEdits()}
      read={getCrews}
      idOf={(item) => item.crew_id}
      nameOf={(item) => item.label}
      cells={(item) => [stateName(t, 'crew_', item.state), number(lang, item.vehicles_max)]}
      draftOf={crewDraft}
      fits={crewFits}
      save={(draft) => {
        const body = { label: draft.label.trim(), vehicles_max: Number(draft.vehicles_max), state: draft.state }
        return draft.crew_id === null ? addCrew(body) : changeCrew(draft.crew_id, body)
      }}
      says={(item, draft) => item.label === draft.label.trim() && item.vehicles_max === Number(draft.vehicles_max) && item.state === draft.state}
      form={(draft, set) => (
        <div className="zone-grid fleet-fields">
          <Text label={t('fleet_crew')} value={draft.label} onChange={(label) => set({ label })} />
          <Text label={t('fleet_at_once')} type="number" value={draft.vehicles_max} onChange={(vehicles_max) => set({ vehicles_max })} />
          <Choice label={t('fleet_site_state')} value={draft.state} options={crewStates.map((item) => [item, t(`crew_${item}`)] as const)} onChange={(state) => set({ state })} />
        </div>
      )}
    />
  )
}
