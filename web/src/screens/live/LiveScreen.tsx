/** The home screen: the live map, and around it what a dispatcher reads and presses. */

import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { alertFocus } from '../../alerts/alertFocus'
import { recommended, type Act } from '../../alerts/recommended'
import { awaits, nextAlert } from '../../alerts/alertBook'
import type { Alert, Role, SessionUser } from '../../api/types'
import type { LiveFeed } from '../../live/liveFeed'
import { cellViews, type CellView } from '../../map/cellLayer'
import type { LayerGroup, Picked } from '../../map/cityMap'
import type { Focus, Point } from '../../map/focusDrawing'
import { AlertRail } from '../../panels/AlertRail'
import { CommandBox } from '../../panels/CommandBox'
import { MassOrder, type Orderable } from '../../panels/MassOrder'
import { ContingencyList } from '../../panels/ContingencyList'
import { AttentionList } from '../../panels/AttentionList'
import { DronePanel } from '../../panels/DronePanel'
import { FaultPanel } from '../../panels/FaultPanel'
import { BoardButtons, type Board } from '../../panels/BoardButtons'
import { FilterButton, FilterNotice } from '../../panels/FilterBox'
import { Legend } from '../../panels/Legend'
import { MapControls } from '../../panels/MapControls'
import { SitePanel, ZonePanel } from '../../panels/GroundPanel'
import { PlanPanel } from '../../panels/PlanPanel'
import { PlansPanel } from '../../panels/PlansPanel'
import { OrdersPanel } from '../../panels/OrdersPanel'
import { OrderStory } from '../../panels/OrderStory'
import { planFilters, type PlanFilter } from '../../plan/planList'
import { city } from '../../city/shenzhen'
import { shapeOf } from '../../draw/shape'
import { boxOf } from '../../draw/zoneDraft'
import { useConsole } from '../../app/consoleContext'
import { useFleet, usePlan, useSelectedDrone } from '../../app/hooks'
import { useCells } from '../../app/useCells'
import { useScene } from '../../app/useScene'
import { useSitePads } from '../../app/useSitePads'
import { TopActions } from '../../panels/TopBar'
import { LiveButtons } from './LiveButtons'
import { useContingencies } from '../../app/useContingencies'
import { useFaults } from '../../app/useFaults'
import { useTrackFilter } from '../../app/useTrackFilter'
import { useParcel, useParcels } from '../../app/useParcels'
import { usePlans } from '../../app/usePlans'
import type { Effect } from '../../api/commands'
import { mayCommand } from '../../command/authority'
import { orderFocus } from '../../command/orderFocus'
import { useShortcuts, type Command } from '../../app/shortcuts'
import { readUrl, replaceParam, replaceUrl } from '../../app/urlState'
import { useParam } from '../../app/useParam'

const layerOf: Partial<Record<Command, LayerGroup>> = { zones: 'zones', corridors: 'corridors', sites: 'sites', labels: 'labels', trails: 'trails' }

function firstPick(): Picked | null {
  const { track_id, plan_id, alert_id, site_id, zone_id } = readUrl(window.location.search)
  // The alert says itself what it is about.
  if (alert_id !== null) return null
  if (track_id !== null) return { kind: 'drone', track_id }
  if (plan_id !== null) return { kind: 'plan', plan_id }
  if (site_id !== null) return { kind: 'site', site_id }
  return zone_id === null ? null : { kind: 'zone', zone_id }
}

/** The drone after (or before) the selected one: those that need attention first, then by registration. */
function neighbour(feed: LiveFeed, selected: Picked | null, step: 1 | -1): string | null {
  const attention = (feed.stats?.summary.attention ?? []).map(({ row }) => feed.identity(row))
  const rest = [...feed.identities()]
    .filter((item) => feed.slotOf(item.row) >= 0 && feed.slotOf(item.row) < feed.frame.shown)
    .sort((a, b) => (a.registration ?? a.track_id).localeCompare(b.registration ?? b.track_id))
  const order = [...new Set([...attention, ...rest].flatMap((item) => (item === null ? [] : [item.track_id])))]
  if (order.length === 0) return null
  const now = selected?.kind === 'drone' ? order.indexOf(selected.track_id) : -1
  const next = now === -1 ? (step === 1 ? 0 : order.length - 1) : (now + step + order.length) % order.length
  return order[next] ?? null
}

const REVEAL_TRIES = 40

/** Bring a part of a panel into view once it is there: panels read what they show. */
function reveal(id: string, tries = REVEAL_TRIES): void {
  const element = document.getElementById(id)
  if (element !== null) element.scrollIntoView({ block: 'center' })
  if (tries > 0) setTimeout(() => reveal(id, element === null ? tries - 1 : Math.min(tries - 1, 3)), 100)
}

function placeOf(feed: LiveFeed, trackId: string): Point | null {
  const fix = feed.fixOfTrack(trackId)
  return fix === null ? null : [fix.lon_deg, fix.lat_deg]
}

/** The track of a flight, by its plan, else by its aircraft. */
function trackOf(feed: LiveFeed, planId: string, aircraftId: string | null): string | null {
  const all = [...feed.identities()].filter((item) => feed.slotOf(item.row) >= 0)
  const found = all.find((item) => item.plan_id === planId) ?? all.find((item) => aircraftId !== null && item.aircraft_id === aircraftId)
  return found?.track_id ?? null
}

const ORDERS_AT_ONCE = 500

/** The drones shown now that this person may order, by registration; no more than the service takes at once. */
function orderable(feed: LiveFeed, role: Role, organisation: SessionUser['organisation']): Orderable[] {
  const shown = [...feed.identities()].filter(({ row }) => feed.slotOf(row) >= 0 && feed.slotOf(row) < feed.frame.shown)
  return shown
    .flatMap(({ aircraft_id, registration, operator_id }) =>
      aircraft_id === null || !mayCommand(role, organisation, operator_id) ? [] : [{ aircraft_id, registration: registration ?? aircraft_id }],
    )
    .sort((a, b) => a.registration.localeCompare(b.registration))
    .slice(0, ORDERS_AT_ONCE)
}

/** What an alert opens: its drone, else its plan, else its zone. */
function subjectOf(alert: Alert): Picked | null {
  if (alert.track_id != null) return { kind: 'drone', track_id: alert.track_id }
  if (alert.plan_id != null) return { kind: 'plan', plan_id: alert.plan_id }
  return alert.zone_id == null ? null : { kind: 'zone', zone_id: alert.zone_id }
}

/** The layers that the address says to hide. */
function firstHidden(): ReadonlySet<LayerGroup> {
  const names = new URLSearchParams(window.location.search).get('hide')?.split(',') ?? []
  return new Set(Object.values(layerOf).filter((group) => names.includes(group)))
}

export function LiveScreen() {
  const { session, feed, stats, now_ms, airspace, alerts, datum, map: shared } = useConsole()
  const map = useRef(shared)
  map.current = shared
  const [picked, setPicked] = useState<Picked | null>(firstPick)
  const [following, setFollowing] = useState(false)
  const [hidden, setHidden] = useState<ReadonlySet<LayerGroup>>(firstHidden)
  const [cells, setCells] = useState<CellView>(() => cellViews.find((view) => view === new URLSearchParams(window.location.search).get('cells')) ?? 'none')
  const cellProblem = useCells(shared, cells)
  useSitePads(shared, session.user.role !== 'supplier' && !hidden.has('sites'))
  // Which list has the lower edge, and what of it is shown, stands in the address.
  const [list, setList] = useParam('list', readUrl(window.location.search).plan_id === null ? '' : 'plans')
  const plansOpen = list === 'plans'
  const board: Board | null = list === 'orders' || list === 'faults' ? list : null
  const [planState, setPlanFilter] = useParam('plans', 'all')
  const planFilter: PlanFilter = planFilters.find((item) => item === planState) ?? 'all'
  const [contingent, setContingent] = useParam('contingencies')
  const contingenciesOpen = contingent !== ''
  const setContingenciesOpen = useCallback((open: boolean) => setContingent(open ? 'open' : ''), [setContingent])
  const [order, setOrder] = useParam('order')
  const orderId = order === '' ? null : order
  const setOrderId = useCallback((id: string | null) => setOrder(id ?? ''), [setOrder])
  const [alertId, setAlertId] = useState<string | null>(() => readUrl(window.location.search).alert_id)
  const [acknowledging, setAcknowledging] = useState(false)
  const [asked, setAsked] = useState<{ readonly aircraft_id: string; readonly type: string | null; readonly nth: number } | null>(null)
  const [reasonFocus, setReasonFocus] = useState<Focus | null>(null)
  const [reserved, setReserved] = useState<Focus | null>(null)
  const [several, setSeveral] = useState<readonly Orderable[] | null>(null)
  const takeEffects = useCallback((effects: readonly Effect[]) => setReserved(orderFocus(effects)), [])
  const { list: planList, loadMore } = usePlans(feed, plansOpen, planFilter)
  const parcels = useParcels(feed, board === 'orders')
  const parcel = useParcel(feed, orderId)
  const faults = useFaults(session.user.role, board === 'faults')
  const boards: readonly Board[] = [...(session.user.role === 'supplier' ? [] : (['orders'] as const)), ...(faults.answer === null ? [] : (['faults'] as const))]

  const trackId = picked?.kind === 'drone' ? picked.track_id : null
  const drone = useSelectedDrone(feed, trackId)
  const pickedPlan = picked?.kind === 'plan' ? picked.plan_id : null
  const planId = pickedPlan ?? drone?.track?.plan_id ?? drone?.identity?.plan_id ?? null
  const plan = usePlan(feed, planId)
  const { role, organisation } = session.user
  const told = role !== 'supplier'
  const contingencies = useContingencies(feed, told)
  const [filterOpen, setFilterOpen] = useState(false)
  const filter = useTrackFilter(feed, trackId)
  const fleet = useFleet(filterOpen || filter.on || plansOpen || contingenciesOpen || pickedPlan !== null || board === 'orders' || orderId !== null)
  const aircraftId = drone?.track?.aircraft_id ?? drone?.identity?.aircraft_id ?? null
  const firm = drone?.track?.operator_id ?? drone?.identity?.operator_id ?? null
  const mayOrder = mayCommand(role, organisation, firm)

  useEffect(() => replaceUrl({ track_id: trackId, plan_id: pickedPlan }), [trackId, pickedPlan])

  const alert = alertId === null ? null : (alerts.byId.get(alertId) ?? null)
  const focus = useMemo(() => {
    if (reserved !== null) return reserved
    if (pickedPlan !== null) return reasonFocus
    return alert === null ? null : alertFocus(alert, (id) => placeOf(feed, id))
    // The paths of a predicted conflict start where the drones are: drawn anew each second.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [feed, reserved, pickedPlan, reasonFocus, alert, now_ms])

  useEffect(() => replaceParam('alert', alertId), [alertId])
  useEffect(() => {
    replaceParam('site', picked?.kind === 'site' ? picked.site_id : null)
    replaceParam('zone', picked?.kind === 'zone' ? picked.zone_id : null)
  }, [picked])
  useEffect(() => replaceParam('cells', cells === 'none' ? null : cells), [cells])
  useEffect(() => replaceParam('hide', [...hidden].join(',')), [hidden])

  // Whoever was sent here to see something has it brought to the middle once it is there.
  const sent = useRef(new URLSearchParams(window.location.search).get('centre') !== null)
  useEffect(() => {
    if (!sent.current || shared === null) return
    const site = picked?.kind === 'site' ? airspace.sites.find(({ properties }) => properties.site_id === picked.site_id) : undefined
    const zone = picked?.kind === 'zone' ? airspace.zones.find(({ properties }) => (properties.zone_id ?? properties.name) === picked.zone_id) : undefined
    if (picked?.kind === 'drone' && drone?.fix != null) requestAnimationFrame(() => shared.centreOnSelected())
    else if (picked?.kind === 'plan' && plan.flight !== null) requestAnimationFrame(() => shared.showFocus())
    else if (site !== undefined) shared.centreOn({ lon_deg: site.geometry.coordinates[0]!, lat_deg: site.geometry.coordinates[1]! })
    else if (zone !== undefined) shared.showBox(boxOf(shapeOf(zone.geometry, null)) ?? [...city.home_bbox])
    else return
    sent.current = false
    replaceParam('centre', null)
  }, [shared, picked, drone, plan.flight, airspace])

  // An alert named in the address opens what it is about once it is known.
  const named = useRef(alertId)
  useEffect(() => {
    if (named.current === null || alert === null || shared === null) return
    named.current = null
    setPicked(subjectOf(alert))
    requestAnimationFrame(() => shared.showAlert(alert))
  }, [alert, shared])

  const pick = useCallback((next: Picked | null) => {
    setPicked(next)
    setFollowing(false)
    setAlertId(null)
    setAcknowledging(false)
    setAsked(null)
  }, [])
  const pickPlan = useCallback((plan_id: string) => pick({ kind: 'plan', plan_id }), [pick])
  const showFocus = useCallback(() => requestAnimationFrame(() => map.current?.showFocus()), [])
  const pickAlert = useCallback(
    (next: Alert) => {
      pick(subjectOf(next))
      setAlertId(next.alert_id)
      requestAnimationFrame(() => map.current?.showAlert(next))
    },
    [pick],
  )
  const presses = useRef(0)
  const actOn = useCallback(
    (about: Alert, act: Act) => {
      pickAlert(about)
      if (act.what === 'contingencies') setContingenciesOpen(true)
      else if (act.what === 'contact') reveal('flight-contact')
      else if (act.what !== 'show' && about.aircraft_id != null) {
        const type = act.what === 'order' ? act.type : null
        setAsked({ aircraft_id: about.aircraft_id, type, nth: ++presses.current })
      }
    },
    [pickAlert, setContingenciesOpen],
  )
  const mayOrderFor = useCallback((about: Alert) => mayCommand(role, organisation, about.operator_id ?? null), [role, organisation])
  const pickTrack = useCallback((track_id: string) => pick({ kind: 'drone', track_id }), [pick])
  const pickAndShow = useCallback(
    (track_id: string) => {
      pickTrack(track_id)
      // The map learns of the selection in an effect; centre after that.
      requestAnimationFrame(() => map.current?.centreOnSelected())
    },
    [pickTrack],
  )
  const pickFlight = useCallback(
    (plan_id: string, aircraft_id: string | null) => {
      const track_id = trackOf(feed, plan_id, aircraft_id)
      if (track_id === null) pickPlan(plan_id)
      else pickAndShow(track_id)
    },
    [feed, pickPlan, pickAndShow],
  )
  const toggleLayer = useCallback((group: LayerGroup) => {
    setHidden((before) => {
      const next = new Set(before)
      if (!next.delete(group)) next.add(group)
      return next
    })
  }, [])

  // One list at a time has the lower edge.
  const togglePlans = useCallback(() => {
    setList(plansOpen ? '' : 'plans')
  }, [plansOpen, setList])
  const toggleBoard = useCallback((next: Board) => {
    setList(board === next ? '' : next)
  }, [board, setList])
  const pickOrder = useCallback(
    (order_id: string) => {
      pick(null)
      setOrderId(order_id)
    },
    [pick, setOrderId],
  )

  const run = useCallback(
    (command: Command) => {
      const layer = layerOf[command]
      if (layer !== undefined) toggleLayer(layer)
      else if (command === 'next' || command === 'previous') {
        const track_id = neighbour(feed, picked, command === 'next' ? 1 : -1)
        if (track_id !== null) pickAndShow(track_id)
      } else if (command === 'plans') togglePlans()
      else if (command === 'filter') setFilterOpen((before) => !before)
      else if (command === 'contingencies') setContingenciesOpen(told && !contingenciesOpen)
      else if (command === 'next_alert') {
        const next = nextAlert(alerts.groups, alertId)
        if (next !== null) pickAlert(next)
      } else if (command === 'acknowledge') {
        if (alert !== null && awaits(alert)) setAcknowledging(true)
      } else if (command === 'act') {
        const about = alert ?? alerts.groups.map(({ head }) => head).find(awaits) ?? null
        if (about !== null) actOn(about, recommended(about, mayOrderFor(about)))
      } else if (command === 'centre') map.current?.centreOnSelected()
      else if (command === 'follow') setFollowing((before) => !before && trackId !== null)
      else if (command === 'deselect') {
        pick(null)
        setOrderId(null)
      }
      else return false
      return true
    },
    [feed, picked, trackId, told, contingenciesOpen, setContingenciesOpen, setOrderId, alerts.groups, alertId, alert, pick, pickAndShow, pickAlert, actOn, mayOrderFor, toggleLayer, togglePlans],
  )
  useShortcuts(run)

  const takenOver = useCallback(() => setFollowing(false), [])
  useScene({ picked, flight: plan.flight, focus, following, hidden, lowerList: plansOpen || board !== null, onPick: pick, onTakenOver: takenOver })
  const attention = stats?.summary.attention ?? []
  const close = useCallback(() => pick(null), [pick])
  const zone = useMemo(
    () =>
      picked?.kind === 'zone'
        ? (airspace.zones.find(({ properties }) => (properties.zone_id ?? properties.name) === picked.zone_id) ?? null)
        : null,
    [picked, airspace.zones],
  )
  const site = picked?.kind === 'site' ? (airspace.sites.find(({ properties }) => properties.site_id === picked.site_id) ?? null) : null

  return (
    <>
      <TopActions>
        <LiveButtons
          contingencies={told ? contingencies.items.length : null}
          contingenciesOpen={contingenciesOpen}
          onContingencies={() => setContingenciesOpen(!contingenciesOpen)}
          plansOpen={plansOpen}
          onPlans={togglePlans}
          boards={
            <>
              <FilterButton control={filter} datum={datum.known ? datum.datum : 'HAE'} operators={fleet.operators} isOpen={filterOpen} onOpen={setFilterOpen} />
              <BoardButtons shown={boards} open={board} onToggle={toggleBoard} />
            </>
          }
        />
      </TopActions>
      <FilterNotice
        control={filter}
        shown={feed.frame.shown}
        total={feed.frame.count}
        onOrder={role === 'dispatcher' || role === 'operator' ? () => setSeveral(orderable(feed, role, organisation)) : null}
      />
      <div className="left-rail">
        <AlertRail
          alerts={alerts}
          now_ms={now_ms}
          selected={alertId}
          handles={session.user.role === 'dispatcher'}
          acknowledging={acknowledging}
          onAcknowledging={setAcknowledging}
          onPick={pickAlert}
          mayOrder={mayOrderFor}
          onAct={actOn}
        />
        {several !== null && (
          <MassOrder feed={feed} vehicles={several} link={stats?.link ?? 'connecting'} now_ms={now_ms} onEffects={takeEffects} onClose={() => setSeveral(null)} />
        )}
        {contingenciesOpen && (
          <ContingencyList contingencies={contingencies} fleet={fleet} decides={role === 'dispatcher'} onPick={pickFlight} onClose={() => setContingenciesOpen(false)} />
        )}
        <AttentionList
          attention={attention}
          total={stats?.summary.attention_total ?? 0}
          identityOf={(row) => feed.identity(row)}
          selected={trackId}
          onPick={pickAndShow}
        />
        {/* What is urgent takes the room of what explains. */}
        {!contingenciesOpen && several === null && <Legend hidden={hidden} onToggle={toggleLayer} cells={cells} cellProblem={cellProblem} onCells={setCells} datum={datum} />}
      </div>
      {trackId !== null && (
        <DronePanel
          trackId={trackId}
          drone={drone}
          plan={plan}
          sites={airspace.sites}
          now_ms={now_ms}
          commands={
            mayOrder && aircraftId !== null ? (
              <CommandBox key={aircraftId} feed={feed} aircraftId={aircraftId} centre={role === 'dispatcher'} link={stats?.link ?? 'connecting'} now_ms={now_ms} at={drone?.fix ?? null} asked={asked?.aircraft_id === aircraftId ? asked : null} onFocus={setReserved} />
            ) : null
          }
          following={following}
          onFollow={setFollowing}
          onCentre={() => map.current?.centreOnSelected()}
          onPlan={pickPlan}
          onClose={close}
        />
      )}
      {pickedPlan !== null && (
        <PlanPanel
          planId={pickedPlan}
          plan={plan}
          fleet={fleet}
          zones={airspace.zones}
          sites={airspace.sites}
          role={session.user.role}
          onFocus={setReasonFocus}
          onShow={showFocus}
          onPlan={pickPlan}
          onClose={close}
        />
      )}
      {plansOpen && (
        <PlansPanel
          list={planList}
          fleet={fleet}
          selected={pickedPlan}
          drawer={picked !== null || orderId !== null}
          onFilter={setPlanFilter}
          onPick={pickPlan}
          onMore={loadMore}
          onClose={() => setList('')}
        />
      )}
      {board === 'orders' && (
        <OrdersPanel
          list={parcels.list}
          fleet={fleet}
          sites={airspace.sites}
          role={session.user.role}
          selected={orderId}
          drawer={picked !== null || orderId !== null}
          now_ms={now_ms}
          onPick={pickOrder}
          onCreated={(order) => {
            parcels.take(order)
            pickOrder(order.order_id)
          }}
          onMore={parcels.loadMore}
          onClose={() => setList('')}
        />
      )}
      {picked === null && orderId !== null && (
        <OrderStory told={parcel} fleet={fleet} sites={airspace.sites} now_ms={now_ms} onPlan={pickPlan} onClose={() => setOrderId(null)} />
      )}
      {board === 'faults' && faults.answer !== null && (
        <FaultPanel
          answer={faults.answer}
          problem={faults.problem}
          drawer={picked !== null || orderId !== null}
          onChanged={faults.reload}
          onClose={() => setList('')}
        />
      )}
      {zone !== null && (
        <ZonePanel zone={zone} active={airspace.active?.has(zone.properties.zone_id ?? '') ?? true} onClose={close} />
      )}
      {site !== null && <SitePanel site={site} onClose={close} />}
      <MapControls onZoom={(steps) => map.current?.zoomBy(steps)} onHome={() => map.current?.showCity()} drawer={picked !== null || orderId !== null} plans={plansOpen || board !== null} />
    </>
  )
}
