/** The operations screen: the map, and around it what a dispatcher reads and presses. */

import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { SessionAnswer } from '../api/types'
import { city } from '../city/shenzhen'
import { LiveFeed } from '../live/liveFeed'
import type { CityMap, LayerGroup, Picked } from '../map/cityMap'
import { AttentionList } from '../panels/AttentionList'
import { ConnectionBanner } from '../panels/ConnectionBanner'
import { DronePanel } from '../panels/DronePanel'
import { HelpDialog } from '../panels/HelpDialog'
import { Legend } from '../panels/Legend'
import { MapControls } from '../panels/MapControls'
import { SitePanel, ZonePanel } from '../panels/GroundPanel'
import { TopBar } from '../panels/TopBar'
import { problemWords } from '../ui/problem'
import { useAirspace, useFeedStats, usePlan, useSecond, useSelectedDrone } from './hooks'
import { useLook } from './look'
import { MapView } from './MapView'
import { useShortcuts, type Command } from './shortcuts'
import { readUrl, replaceUrl } from './urlState'

interface Props {
  readonly session: SessionAnswer
  readonly onEnded: () => void
  readonly onLeave: () => void
}

const layerOf: Partial<Record<Command, LayerGroup>> = { zones: 'zones', corridors: 'corridors', sites: 'sites', labels: 'labels' }

function firstPick(): Picked | null {
  const track_id = readUrl(window.location.search).track_id
  return track_id === null ? null : { kind: 'drone', track_id }
}

/** The drone after (or before) the selected one: those that need attention first, then by registration. */
function neighbour(feed: LiveFeed, selected: Picked | null, step: 1 | -1): string | null {
  const attention = (feed.stats?.summary.attention ?? []).map(({ row }) => feed.identity(row))
  const rest = [...feed.identities()]
    .filter((item) => feed.slotOf(item.row) >= 0)
    .sort((a, b) => (a.registration ?? a.track_id).localeCompare(b.registration ?? b.track_id))
  const order = [...new Set([...attention, ...rest].flatMap((item) => (item === null ? [] : [item.track_id])))]
  if (order.length === 0) return null
  const now = selected?.kind === 'drone' ? order.indexOf(selected.track_id) : -1
  const next = now === -1 ? (step === 1 ? 0 : order.length - 1) : (now + step + order.length) % order.length
  return order[next] ?? null
}

export default function Console({ session, onEnded, onLeave }: Props) {
  const { t, lang, toggleLang, toggleTheme } = useLook()
  const [feed] = useState(() => new LiveFeed(city.origin, city.feed_bbox))
  useEffect(() => {
    feed.start()
    return () => feed.stop()
  }, [feed])

  const stats = useFeedStats(feed)
  const now_ms = useSecond(feed)
  const airspace = useAirspace(feed)
  const [picked, setPicked] = useState<Picked | null>(firstPick)
  const [following, setFollowing] = useState(false)
  const [hidden, setHidden] = useState<ReadonlySet<LayerGroup>>(new Set())
  const [helpOpen, setHelpOpen] = useState(false)
  const map = useRef<CityMap | null>(null)

  const trackId = picked?.kind === 'drone' ? picked.track_id : null
  const drone = useSelectedDrone(feed, trackId)
  const planId = drone?.track?.plan_id ?? drone?.identity?.plan_id ?? null
  const plan = usePlan(feed, planId)

  useEffect(() => {
    if (stats?.link === 'signed_out') onEnded()
  }, [stats?.link, onEnded])
  useEffect(() => replaceUrl({ track_id: trackId }), [trackId])

  const pick = useCallback((next: Picked | null) => {
    setPicked(next)
    setFollowing(false)
  }, [])
  const pickTrack = useCallback((track_id: string) => pick({ kind: 'drone', track_id }), [pick])
  const pickAndShow = useCallback(
    (track_id: string) => {
      pickTrack(track_id)
      // The map learns of the selection in an effect; centre after that.
      requestAnimationFrame(() => map.current?.centreOnSelected())
    },
    [pickTrack],
  )
  const toggleLayer = useCallback((group: LayerGroup) => {
    setHidden((before) => {
      const next = new Set(before)
      if (!next.delete(group)) next.add(group)
      return next
    })
  }, [])

  const run = useCallback(
    (command: Command) => {
      const layer = layerOf[command]
      if (layer !== undefined) return toggleLayer(layer)
      if (command === 'next' || command === 'previous') {
        const track_id = neighbour(feed, picked, command === 'next' ? 1 : -1)
        if (track_id !== null) pickAndShow(track_id)
      } else if (command === 'centre') map.current?.centreOnSelected()
      else if (command === 'follow') setFollowing((before) => !before && trackId !== null)
      else if (command === 'deselect') pick(null)
      else if (command === 'home') map.current?.showCity()
      else if (command === 'zoom_in') map.current?.zoomBy(1)
      else if (command === 'zoom_out') map.current?.zoomBy(-1)
      else if (command === 'theme') toggleTheme()
      else if (command === 'language') toggleLang()
      else if (command === 'help') setHelpOpen(true)
    },
    [feed, picked, trackId, pick, pickAndShow, toggleLayer, toggleTheme, toggleLang],
  )
  useShortcuts(run)

  const takenOver = useCallback(() => setFollowing(false), [])
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
    <div className="console">
      <MapView
        ref={map}
        feed={feed}
        airspace={airspace}
        picked={picked}
        flight={plan.flight}
        following={following}
        hidden={hidden}
        onPick={pick}
        onTakenOver={takenOver}
      />
      <TopBar stats={stats} now_ms={now_ms} user={session.user} onHelp={() => setHelpOpen(true)} onLeave={onLeave} />
      <div className="notices">
        <ConnectionBanner stats={stats} now_ms={now_ms} onRetry={() => feed.retry()} />
        {airspace.problem !== null && stats?.link !== 'lost' && (
          <div className="banner banner-quiet" role="status">
            {t('layers_failed', { reason: problemWords(t, lang, airspace.problem) })}
          </div>
        )}
      </div>
      <div className="left-rail">
        <AttentionList
          attention={attention}
          total={stats?.summary.attention_total ?? 0}
          identityOf={(row) => feed.identity(row)}
          selected={trackId}
          onPick={pickAndShow}
        />
        <Legend hidden={hidden} onToggle={toggleLayer} />
      </div>
      {trackId !== null && (
        <DronePanel
          trackId={trackId}
          drone={drone}
          plan={plan}
          sites={airspace.sites}
          now_ms={now_ms}
          following={following}
          onFollow={setFollowing}
          onCentre={() => map.current?.centreOnSelected()}
          onClose={close}
        />
      )}
      {zone !== null && (
        <ZonePanel zone={zone} active={airspace.active?.has(zone.properties.zone_id ?? '') ?? true} onClose={close} />
      )}
      {site !== null && <SitePanel site={site} onClose={close} />}
      <MapControls onZoom={(steps) => map.current?.zoomBy(steps)} onHome={() => map.current?.showCity()} drawer={picked !== null} />
      <HelpDialog isOpen={helpOpen} onOpenChange={setHelpOpen} />
    </div>
  )
}
