/** The frame: bar, rail of screens, map and connection, kept alive while one screen after another stands in it. */

import { useCallback, useEffect, useMemo, useState } from 'react'
import { RouterProvider } from 'react-aria-components'
import { nextAlert } from '../alerts/alertBook'
import type { SessionAnswer } from '../api/types'
import { city } from '../city/shenzhen'
import { LiveFeed } from '../live/liveFeed'
import type { CityMap } from '../map/cityMap'
import { ConnectionBanner } from '../panels/ConnectionBanner'
import { DegradedBox } from '../panels/DegradedBox'
import { GroundStopNotice } from '../panels/GroundStopNotice'
import { HelpDialog } from '../panels/HelpDialog'
import { ScreenRail } from '../panels/ScreenRail'
import { SearchDialog } from '../panels/SearchDialog'
import { TopBar } from '../panels/TopBar'
import { screenOf, screensFor } from '../screens/registry'
import { problemWords } from '../ui/problem'
import { ConsoleContext, type ConsoleState } from './consoleContext'
import { useAirspace, useFeedStats, useLater, useSecond } from './hooks'
import { useLook } from './look'
import { MapView } from './MapView'
import { ScreenPlace } from './ScreenPlace'
import { useScreenKeys, useShortcuts, type Command } from './shortcuts'
import { useAlerts } from './useAlerts'
import { useAlertSound } from './useAlertSound'
import { useMapDatum } from './useMapDatum'
import { useScreen } from './useScreen'
import { useChecklists } from './useChecklists'
import { useGroundStops } from './useGroundStops'
import { useSectors } from './useSectors'

/** Nobody is told that something is being read before it has taken as long as this. */
const GRACE_MS = 2_500

interface Props {
  readonly session: SessionAnswer
  readonly onEnded: () => void
  readonly onLeave: () => void
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
  const alerts = useAlerts(feed, session.user.role !== 'supplier')
  const sound = useAlertSound(alerts, now_ms)
  const toggleSound = sound.toggle
  const datum = useMapDatum(feed)
  const [map, setMap] = useState<CityMap | null>(null)
  const [slot, setSlot] = useState<HTMLElement | null>(null)
  const slow = useLater(GRACE_MS)
  const [helpOpen, setHelpOpen] = useState(false)
  const [searchOpen, setSearchOpen] = useState(false)
  const { screen: id, visit, go } = useScreen()
  const screen = screenOf(id)
  const { role } = session.user
  const sectors = useSectors(role, feed)
  const checklists = useChecklists(role, alerts, stats?.link ?? null, feed)
  const groundStops = useGroundStops(role, now_ms)
  const offered = useMemo(() => screensFor(role), [role])

  useEffect(() => {
    if (stats?.link === 'signed_out') onEnded()
  }, [stats?.link, onEnded])

  const run = useCallback(
    (command: Command) => {
      if (command === 'home') map?.showCity()
      else if (command === 'zoom_in') map?.zoomBy(1)
      else if (command === 'zoom_out') map?.zoomBy(-1)
      else if (command === 'theme') toggleTheme()
      else if (command === 'language') toggleLang()
      else if (command === 'help') setHelpOpen(true)
      else if (command === 'search') setSearchOpen(true)
      else if (command === 'quiet') toggleSound()
      else if (command === 'next_alert' && id !== 'live') {
        const next = nextAlert(alerts.groups, null)
        if (next !== null) go('live', { alert: next.alert_id })
      } else return false
      return true
    },
    [map, toggleTheme, toggleLang, id, alerts.groups, go, toggleSound],
  )
  useShortcuts(run)
  const choosing = useScreenKeys(offered, go)

  // Links carry whole addresses, for a new tab; followed here they only change the screen.
  const follow = useCallback((href: string) => go(new URL(href, window.location.href).searchParams.get('screen') ?? 'live'), [go])
  const openHelp = useCallback(() => setHelpOpen(true), [])
  const state: ConsoleState = useMemo(
    () => ({ session, feed, stats, now_ms, airspace, alerts, sectors, checklists, groundStops, datum, map, screen: screen.id, slot, go, openHelp }),
    [session, feed, stats, now_ms, airspace, alerts, sectors, checklists, groundStops, datum, map, screen.id, slot, go, openHelp],
  )

  return (
    <ConsoleContext value={state}>
      <div className="console" data-layout={screen.layout} data-screen={screen.id}>
        <TopBar stats={stats} now_ms={now_ms} user={session.user} slot={setSlot} onSearch={() => setSearchOpen(true)} onHelp={openHelp} onLeave={onLeave} />
        <RouterProvider navigate={follow}>
          <ScreenRail screens={offered} current={screen.id} choosing={choosing} alerts={alerts} sound={sound} />
        </RouterProvider>
        <main className="stage" aria-label={t(screen.title)}>
          <MapView feed={feed} airspace={airspace} stops={groundStops.items} seen={screen.layout === 'map'} attributed={screen.layout === 'map' && screen.id !== 'live'} onMap={setMap} />
          <ScreenPlace key={`${screen.id} ${visit}`} screen={screen} allowed={offered.includes(screen)} go={go} />
          <div className="notices">
            <DegradedBox />
            <ConnectionBanner stats={stats} now_ms={now_ms} onRetry={() => feed.retry()} />
            <GroundStopNotice />
            {!airspace.known && airspace.problem === null && slow && (
              <div className="banner banner-quiet" role="status">
                {t('layers_waiting')}
              </div>
            )}
            {airspace.problem !== null && stats?.link !== 'lost' && (
              <div className="banner banner-quiet" role="status">
                {t('layers_failed', { reason: problemWords(t, lang, airspace.problem) })}
              </div>
            )}
          </div>
        </main>
        <SearchDialog isOpen={searchOpen} onOpenChange={setSearchOpen} />
        <HelpDialog isOpen={helpOpen} onOpenChange={setHelpOpen} />
      </div>
    </ConsoleContext>
  )
}
