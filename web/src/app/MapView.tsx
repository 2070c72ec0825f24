/** Puts the framework-free map on the page and tells it what changed. */

import { useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react'
import type { LiveFeed } from '../live/liveFeed'
import type { Focus } from '../map/focusDrawing'
import { CityMap, type LayerGroup, type Picked } from '../map/cityMap'
import type { PlannedFlight } from '../plan/schedule'
import type { Airspace } from './hooks'
import { useLook } from './look'
import { installTestHook } from './testHook'
import { readUrl, replaceUrl } from './urlState'

interface Props {
  readonly ref: Ref<CityMap | null>
  readonly feed: LiveFeed
  readonly airspace: Airspace
  readonly picked: Picked | null
  readonly flight: PlannedFlight | null
  readonly following: boolean
  readonly hidden: ReadonlySet<LayerGroup>
  readonly focus: Focus | null
  readonly plansOpen: boolean
  readonly onPick: (picked: Picked | null) => void
  readonly onTakenOver: () => void
}

export function MapView({ ref, feed, airspace, picked, flight, following, hidden, focus, plansOpen, onPick, onTakenOver }: Props) {
  const { lang, theme, t } = useLook()
  const container = useRef<HTMLDivElement>(null)
  const [map, setMap] = useState<CityMap | null>(null)
  const [failed, setFailed] = useState(false)
  const handlers = useRef({ onPick, onTakenOver })
  useEffect(() => {
    handlers.current = { onPick, onTakenOver }
  })
  const first = useRef({ lang, theme, label: t('map_name') })

  useEffect(() => {
    const element = container.current
    if (element === null) return
    let dropped = false
    let made: CityMap | null = null
    let unhook = () => {}
    CityMap.create({
      container: element,
      feed,
      ...first.current,
      camera: readUrl(window.location.search).camera,
      events: {
        onPick: (next) => handlers.current.onPick(next),
        onCamera: (camera) => replaceUrl({ camera }),
        onTakenOver: () => handlers.current.onTakenOver(),
      },
    }).then(
      (created) => {
        if (dropped) return created.destroy()
        made = created
        unhook = installTestHook(feed, created)
        setMap(created)
      },
      (reason: unknown) => {
        console.error(reason)
        if (!dropped) setFailed(true)
      },
    )
    return () => {
      dropped = true
      unhook()
      made?.destroy()
      setMap(null)
    }
  }, [feed])

  useImperativeHandle(ref, () => map as CityMap, [map])
  useEffect(() => map?.setLook(theme, lang, t('map_name')), [map, theme, lang, t])
  useEffect(() => map?.setHidden(hidden), [map, hidden])
  useEffect(() => {
    const { zones, active, corridors, sites } = airspace
    map?.setAirspace(zones, active, corridors, sites)
  }, [map, airspace])
  useEffect(() => map?.select(picked), [map, picked])
  useEffect(() => map?.setPlan(flight), [map, flight])
  useEffect(() => map?.setFocus(focus), [map, focus])
  useEffect(() => map?.setPlansOpen(plansOpen), [map, plansOpen])
  useEffect(() => map?.setFollowing(following), [map, following])

  return (
    <>
      <div className="map">
        <div ref={container} className="map-canvas" />
      </div>
      {failed && (
        <div className="map-failed" role="alert">
          {t('map_failed')}
        </div>
      )}
    </>
  )
}
