/** Puts the framework-free map on the page, once for all screens. */

import { useEffect, useRef, useState } from 'react'
import type { GroundStop } from '../api/groundStops'
import type { LiveFeed } from '../live/liveFeed'
import { CityMap } from '../map/cityMap'
import type { Airspace } from './hooks'
import { Attribution } from '../ui/Attribution'
import { useLook } from './look'
import { installTestHook } from './testHook'
import { readUrl, replaceUrl } from './urlState'

interface Props {
  readonly feed: LiveFeed
  readonly airspace: Airspace
  /** Ground stops that hold; null while it is not known which. */
  readonly stops: readonly GroundStop[] | null
  /** False while a page covers it: it then draws nothing. */
  readonly seen: boolean
  /** Whether whose map it is is said here; the live map says it beside its buttons. */
  readonly attributed: boolean
  readonly onMap: (map: CityMap | null) => void
}

export function MapView({ feed, airspace, stops, seen, attributed, onMap }: Props) {
  const { lang, theme, t } = useLook()
  const container = useRef<HTMLDivElement>(null)
  const [map, setMap] = useState<CityMap | null>(null)
  const [failed, setFailed] = useState(false)
  const first = useRef({ lang, theme, label: t('map_name') })

  useEffect(() => {
    const element = container.current
    if (element === null) return
    let dropped = false
    let made: CityMap | null = null
    let unhook = () => {}
    const camera = readUrl(window.location.search).camera
    CityMap.create({ container: element, feed, ...first.current, camera, onCamera: (next) => replaceUrl({ camera: next }) }).then(
      (created) => {
        if (dropped) return created.destroy()
        made = created
        unhook = installTestHook(feed, created)
        setMap(created)
        onMap(created)
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
      onMap(null)
    }
  }, [feed, onMap])

  useEffect(() => map?.setLook(theme, lang, t('map_name')), [map, theme, lang, t])
  useEffect(() => map?.setSeen(seen), [map, seen])
  useEffect(() => {
    const { zones, active, corridors, sites } = airspace
    map?.setAirspace(zones, active, corridors, sites)
  }, [map, airspace])
  useEffect(() => map?.setStops(stops ?? []), [map, stops])

  return (
    <>
      <div className="map" data-seen={seen}>
        <div ref={container} className="map-canvas" />
        {attributed && <Attribution className="map-attribution" />}
      </div>
      {failed && (
        <div className="map-failed" role="alert">
          {t('map_failed')}
        </div>
      )}
    </>
  )
}
