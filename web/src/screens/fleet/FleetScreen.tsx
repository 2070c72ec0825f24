/** Sites and fleet: every vehicle with its link, energy and service, every site with its pads; what a firm keeps, to change. */

import { useMemo } from 'react'
import { Button, Tab, TabList, TabPanel, Tabs, ToggleButton } from 'react-aria-components'
import { getFleetState, type FleetState, type VehicleState } from '../../api/fleetState'
import { useConsole } from '../../app/consoleContext'
import { useFleet } from '../../app/hooks'
import { useLook } from '../../app/look'
import { useParam } from '../../app/useParam'
import { LOSSY_PCT, LOW_BATTERY_PCT, serviceLeftS, serviceSoon, shownVehicles, vehicleRank } from '../../fleet/condition'
import { instant, localName, number, quantity } from '../../i18n/format'
import { Time } from '../../panels/Drawer'
import { useAsked } from '../../panels/flight/useFlightStory'
import { problemWords } from '../../ui/problem'
import { Icon } from '../../ui/icons'
import { BatteriesTab, CarriersTab, CrewsTab } from './KeptTabs'
import './fleet.css'

const EVERY_MS = 3_000
const tabs = ['vehicles', 'sites', 'carriers', 'batteries', 'crews'] as const

export default function FleetScreen() {
  const { t, lang } = useLook()
  const state = useAsked('fleet', getFleetState, EVERY_MS)
  const { problem } = state
  const [tab, setTab] = useParam('tab', 'vehicles')
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('screen_fleet')}</h1>
      </div>
      <div className="page-body fleet-body">
        {problem !== null && (
          <p className="aged" role="alert">
            {t('fleet_failed', { reason: problemWords(t, lang, problem) })}
          </p>
        )}
        <Tabs className="fleet-tabs" selectedKey={tabs.find((name) => name === tab) ?? 'vehicles'} onSelectionChange={(key) => setTab(String(key))}>
          <TabList className="tab-list" aria-label={t('screen_fleet')}>
            {tabs.map((name) => (
              <Tab key={name} id={name} className="tab">
                {t(`fleet_${name}`)}
              </Tab>
            ))}
          </TabList>
          <TabPanel id="vehicles">{state.value === null ? <p className="quiet">{t('value_waiting')}</p> : <Vehicles state={state.value} />}</TabPanel>
          <TabPanel id="sites">{state.value === null ? <p className="quiet">{t('value_waiting')}</p> : <Sites state={state.value} />}</TabPanel>
          <TabPanel id="carriers"><CarriersTab /></TabPanel>
          <TabPanel id="batteries"><BatteriesTab /></TabPanel>
          <TabPanel id="crews"><CrewsTab /></TabPanel>
        </Tabs>
      </div>
    </div>
  )
}

function Vehicles({ state }: { readonly state: FleetState }) {
  const { t, lang } = useLook()
  const { airspace, feed, go } = useConsole()
  const names = useFleet(true)
  const [words, setWords] = useParam('find')
  const [only, setOnly] = useParam('only')
  const attention = only === 'attention'
  const firm = (id: string) => {
    const found = names.operators.get(id)
    return found === undefined ? id : localName(lang, found)
  }
  const site = (id: string | null) => {
    const found = airspace.sites.find(({ properties }) => properties.site_id === id)
    return found === undefined ? id : localName(lang, found.properties)
  }
  const shown = useMemo(
    () => shownVehicles(state.vehicles, words, attention, (vehicle) => [vehicle.registration, vehicle.model, vehicle.manufacturer, firm(vehicle.organisation_id), site(vehicle.site_id) ?? ''].join(' ')),
    // Names follow from these.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [state.vehicles, words, attention, names, airspace.sites, lang],
  )
  const show = (vehicle: VehicleState) => {
    const track = [...feed.identities()].find((item) => item.aircraft_id === vehicle.aircraft_id)
    if (track !== undefined) go('live', { track: track.track_id })
    else if (vehicle.plan_id !== null) go('live', { plan: vehicle.plan_id })
  }
  return (
    <>
      <div className="fleet-filter">
        <input type="search" aria-label={t('fleet_filter')} placeholder={t('fleet_filter')} value={words} onChange={(event) => setWords(event.target.value)} />
        <ToggleButton className="quiet-button" isSelected={attention} onChange={(on) => setOnly(on ? 'attention' : '')}>
          {t('fleet_attention')}
        </ToggleButton>
        <p className="quiet" role="status">
          {t('fleet_count', { shown: number(lang, shown.length), total: number(lang, state.vehicles.length) })}
        </p>
      </div>
      <table className="fleet-table" aria-label={t('fleet_vehicles')}>
        <thead>
          <tr>
            {(['field_registration', 'field_operator', 'fleet_model', 'fleet_doing', 'fleet_link', 'fleet_loss', 'fleet_delay', 'field_battery', 'fleet_site', 'fleet_service'] as const).map((key) => (
              <th key={key} scope="col">
                {t(key)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((vehicle) => {
            const rank = vehicleRank(vehicle)
            return (
              <tr key={vehicle.aircraft_id} data-rank={rank}>
                <th scope="row">
                  {vehicle.link_up === true || vehicle.plan_id !== null ? (
                    <Button className="link-button" aria-label={t('fleet_show', { name: vehicle.registration })} onPress={() => show(vehicle)}>
                      {vehicle.registration}
                    </Button>
                  ) : (
                    vehicle.registration
                  )}
                </th>
                <td>{firm(vehicle.organisation_id)}</td>
                <td>{vehicle.model}</td>
                <td>{doing(vehicle)}</td>
                <td data-bad={rank === 5}>
                  {vehicle.link_up === null ? <span className="quiet">{t('fleet_never')}</span> : t(vehicle.link_up ? 'link_up' : 'link_down')}
                  {vehicle.heard_age_s !== null && <span className="quiet"> · {quantity(t, lang, 'unit_s', vehicle.heard_age_s, 1)}</span>}
                </td>
                <td data-bad={vehicle.loss_pct !== null && vehicle.loss_pct >= LOSSY_PCT}>{vehicle.loss_pct === null ? '—' : quantity(t, lang, 'unit_pct', vehicle.loss_pct, 1)}</td>
                <td>{vehicle.position_delay_s === null ? '—' : quantity(t, lang, 'unit_ms', vehicle.position_delay_s * 1000)}</td>
                <td data-bad={vehicle.battery_pct !== null && vehicle.battery_pct < LOW_BATTERY_PCT}>{vehicle.battery_pct === null ? '—' : quantity(t, lang, 'unit_pct', vehicle.battery_pct)}</td>
                <td>{site(vehicle.site_id) ?? '—'}</td>
                <td data-bad={vehicle.maintenance_due === true}>
                  <Service vehicle={vehicle} />
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {shown.length === 0 && <p className="quiet fleet-none">{t('fleet_none')}</p>}
    </>
  )

  function doing(vehicle: VehicleState): string {
    if (vehicle.plan_id !== null) return t('fleet_flying')
    if (vehicle.landed === null) return '—'
    return t(vehicle.landed ? 'fleet_ground' : 'fleet_airborne_no_plan')
  }
}

function Service({ vehicle }: { readonly vehicle: VehicleState }) {
  const { t, lang } = useLook()
  const hours = (seconds: number) => quantity(t, lang, 'unit_h', seconds / 3600, 1)
  const left_s = serviceLeftS(vehicle)
  if (vehicle.maintenance_due === true) {
    return (
      <strong>
        <Icon name="fault" /> {t('fleet_due')}
      </strong>
    )
  }
  if (left_s !== null) return <span data-soon={serviceSoon(vehicle)}>{t('fleet_left', { amount: hours(left_s) })}</span>
  return vehicle.flown_s === null ? <span className="quiet">{t('fleet_not_kept')}</span> : <>{t('fleet_flown', { amount: hours(vehicle.flown_s) })}</>
}

function Sites({ state }: { readonly state: FleetState }) {
  const { t, lang } = useLook()
  const now = instant(state.at)?.getTime() ?? 0
  return (
    <table className="fleet-table" aria-label={t('fleet_sites')}>
      <thead>
        <tr>
          {(['fleet_site', 'fleet_site_state', 'fleet_pads', 'fleet_next_free', 'fleet_ahead'] as const).map((key) => (
            <th key={key} scope="col">
              {t(key)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {state.sites.map((site) => {
          const free = instant(site.next_free_at)
          return (
            <tr key={site.site_id}>
              <th scope="row">{localName(lang, site)}</th>
              <td data-bad={!site.open}>{t(site.open ? 'fleet_open' : 'fleet_closed')}</td>
              <td data-bad={site.pads_free === 0}>{t('fleet_pads_of', { free: number(lang, site.pads_free), pads: number(lang, site.pads) })}</td>
              <td>{free === null ? t('fleet_not_soon') : free.getTime() - now < 1000 ? t('fleet_free_now') : <Time at={free} />}</td>
              <td>{number(lang, site.stays_ahead)}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
