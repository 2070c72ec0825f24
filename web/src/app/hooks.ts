/** What the panels need from the feed and the API, a few times a second at most. */

import { useEffect, useMemo, useState } from 'react'
import { getAircraft, getCorridors, getOperators, getPlan, getSites, getTrackNear, getZones } from '../api/client'
import type { Aircraft, Corridor, Operator, Problem, Site, Track, Zone } from '../api/types'
import type { Fix, LiveFeed } from '../live/liveFeed'
import type { FeedStats, IndexItem } from '../live/protocol'
import { plannedFlight, type PlannedFlight } from '../plan/schedule'

const DETAIL_EVERY_MS = 1_000
const ZONES_EVERY_MS = 60_000
const RETRY_MS = 30_000
const FLEET_EVERY_MS = 300_000

/** The feed's numbers, twice a second. */
export function useFeedStats(feed: LiveFeed): FeedStats | null {
  const [stats, setStats] = useState<FeedStats | null>(feed.stats)
  useEffect(() => feed.onStats.on(setStats), [feed])
  return stats
}

/** Milliseconds since the epoch on the server's clock, each full second. */
export function useSecond(feed: LiveFeed): number {
  const [now, setNow] = useState(() => feed.serverNowMs())
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>
    const tick = () => {
      const at = feed.serverNowMs()
      setNow(at)
      timer = setTimeout(tick, 1005 - (at % 1000))
    }
    tick()
    return () => clearTimeout(timer)
  }, [feed])
  return now
}

/** False, and true once so many milliseconds have passed. */
export function useLater(after_ms: number): boolean {
  const [later, setLater] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLater(true), after_ms)
    return () => clearTimeout(timer)
  }, [after_ms])
  return later
}

export interface Airspace {
  /** Whether zones, corridors and sites have been read once; until then an empty map says nothing. */
  readonly known: boolean
  readonly zones: readonly Zone[]
  /** Zones in force now; null when the service did not say. */
  readonly active: ReadonlySet<string> | null
  readonly corridors: readonly Corridor[]
  readonly sites: readonly Site[]
  readonly problem: Problem | null
}

const noAirspace: Airspace = { known: false, zones: [], active: null, corridors: [], sites: [], problem: null }

/** Zones, corridors and sites; read again every minute and whenever the feed says that zones changed. */
export function useAirspace(feed: LiveFeed): Airspace {
  const [airspace, setAirspace] = useState(noAirspace)
  useEffect(() => {
    let current = true
    let timer: ReturnType<typeof setTimeout>
    const load = async () => {
      clearTimeout(timer)
      const [zones, inForce, corridors, sites] = await Promise.all([
        getZones(),
        getZones(new Date(feed.serverNowMs()).toISOString()),
        getCorridors(),
        getSites(),
      ])
      if (!current) return
      const failed = [zones, corridors, sites].find((answer) => !answer.ok)
      setAirspace((before) => ({
        known: before.known || failed === undefined,
        zones: zones.ok ? zones.value : before.zones,
        active: inForce.ok ? new Set(inForce.value.map((zone) => zone.properties.zone_id ?? '')) : null,
        corridors: corridors.ok ? corridors.value : before.corridors,
        sites: sites.ok ? sites.value : before.sites,
        problem: failed !== undefined && !failed.ok ? failed.problem : null,
      }))
      timer = setTimeout(() => void load(), failed === undefined ? ZONES_EVERY_MS : RETRY_MS)
    }
    void load()
    const off = feed.onMessage.on((message) => {
      if (message.topic !== 'zones' || message.kind === 'snapshot') return
      clearTimeout(timer)
      timer = setTimeout(() => void load(), 300)
    })
    return () => {
      current = false
      clearTimeout(timer)
      off()
    }
  }, [feed])
  return airspace
}

/** Names of firms and registrations of aircraft, as far as the reader may know them. */
export interface Fleet {
  readonly operators: ReadonlyMap<string, Operator>
  readonly aircraft: ReadonlyMap<string, Aircraft>
}

const noFleet: Fleet = { operators: new Map(), aircraft: new Map() }

/** Read once it is wanted, and again every five minutes. */
export function useFleet(wanted: boolean): Fleet {
  const [fleet, setFleet] = useState(noFleet)
  useEffect(() => {
    if (!wanted) return
    let current = true
    const load = async () => {
      const [operators, aircraft] = await Promise.all([getOperators(), getAircraft()])
      if (!current) return
      setFleet((before) => ({
        operators: operators.ok ? new Map(operators.value.map((item) => [item.organisation_id, item])) : before.operators,
        aircraft: aircraft.ok ? new Map(aircraft.value.map((item) => [item.aircraft_id, item])) : before.aircraft,
      }))
    }
    void load()
    const timer = setInterval(() => void load(), FLEET_EVERY_MS)
    return () => {
      current = false
      clearInterval(timer)
    }
  }, [wanted])
  return fleet
}

/** The firms the reader may know of, by id; read again every five minutes. */
export function useFirms(): ReadonlyMap<string, Operator> {
  const [firms, setFirms] = useState(noFleet.operators)
  useEffect(() => {
    let current = true
    const load = async () => {
      const answer = await getOperators()
      if (current && answer.ok) setFirms(new Map(answer.value.map((item) => [item.organisation_id, item])))
    }
    void load()
    const timer = setInterval(() => void load(), FLEET_EVERY_MS)
    return () => {
      current = false
      clearInterval(timer)
    }
  }, [])
  return firms
}

export interface SelectedDrone {
  readonly track_id: string
  readonly identity: IndexItem | null
  readonly fix: Fix | null
  readonly track: Track | null
  /** True while the first answer of the service about this track is still out. */
  readonly waiting: boolean
}

/** Everything known about the selected drone, once a second. */
export function useSelectedDrone(feed: LiveFeed, trackId: string | null): SelectedDrone | null {
  const [selected, setSelected] = useState<SelectedDrone | null>(null)
  useEffect(() => {
    if (trackId === null) {
      setSelected(null)
      return
    }
    let current = true
    let timer: ReturnType<typeof setTimeout>
    let last: SelectedDrone = { track_id: trackId, identity: null, fix: null, track: null, waiting: true }
    const show = (change: Partial<SelectedDrone>) => {
      const row = feed.rowOfTrack(trackId)
      const identity = (row === null ? null : feed.identity(row)) ?? last.identity
      last = { ...last, identity, fix: feed.fixOfTrack(trackId), ...change }
      setSelected(last)
    }
    const poll = async () => {
      show({})
      const fix = last.fix
      if (fix !== null) {
        const answer = await getTrackNear(trackId, fix.lat_deg, fix.lon_deg)
        if (!current) return
        show(answer.ok && answer.value !== null ? { track: answer.value, waiting: false } : { waiting: false })
      }
      timer = setTimeout(() => void poll(), DETAIL_EVERY_MS)
    }
    void poll()
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [feed, trackId])
  return selected?.track_id === trackId ? selected : null
}

export interface PlanState {
  readonly flight: PlannedFlight | null
  readonly problem: Problem | null
  readonly waiting: boolean
}

const noPlan: PlanState = { flight: null, problem: null, waiting: false }

/** A flight plan; read again when the feed says that it changed. */
export function usePlan(feed: LiveFeed, planId: string | null): PlanState {
  const [state, setState] = useState<PlanState>(noPlan)
  useEffect(() => {
    if (planId === null) {
      setState(noPlan)
      return
    }
    let current = true
    const load = async () => {
      const answer = await getPlan(planId)
      if (!current) return
      if (answer.ok) setState({ flight: plannedFlight(answer.value), problem: null, waiting: false })
      else setState((before) => ({ flight: before.flight, problem: answer.problem, waiting: false }))
    }
    setState({ flight: null, problem: null, waiting: true })
    void load()
    const off = feed.onMessage.on((message) => {
      if (message.topic !== 'plans' || message.kind === 'snapshot') return
      const concerned = message.items.some((item) => (item as { plan_id?: unknown } | null)?.plan_id === planId)
      if (concerned) void load()
    })
    return () => {
      current = false
      off()
    }
  }, [feed, planId])
  return useMemo(() => (planId === null ? noPlan : state), [planId, state])
}
