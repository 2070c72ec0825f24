/** The same map, showing what was. */

import { useEffect, useRef, useState } from 'react'
import { useConsole } from '../../app/consoleContext'
import { useLook } from '../../app/look'
import { readUrl, replaceUrl } from '../../app/urlState'
import type { ReplayFeed } from '../../live/replayFeed'
import { CityMap, type Picked } from '../../map/cityMap'
import { usePastZones } from './usePastZones'

interface Props {
  readonly feed: ReplayFeed
  readonly picked: Picked | null
  readonly onPick: (picked: Picked | null) => void
  readonly onMap: (map: CityMap | null) => void
}

export function ReplayMap({ feed, picked, onPick, onMap }: Props) {
  const { lang, theme, t } = useLook()
  const { airspace } = useConsole()
  const container = useRef<HTMLDivElement>(null)
  const [map, setMap] = useState<CityMap | null>(null)
  const [failed, setFailed] = useState(false)
  const first = useRef({ lang, theme, label: t('replay_label') })
  const pick = useRef(onPick)
  pick.current = onPick
  useEffect(() => {
    const element = container.current
    if (element === null) return
    let dropped = false
    let made: CityMap | null = null
    const camera = readUrl(window.location.search).camera
    CityMap.create({ container: element, feed, ...first.current, camera, onCamera: (next) => replaceUrl({ camera: next }) }).then(
      (created) => {
        if (dropped) return created.destroy()
        made = created
        created.setInsets({ left: 24, right: 24 })
        created.setEvents({ onPick: (next) => pick.current(next) })
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
      made?.destroy()
      onMap(null)
    }
  }, [feed, onMap])
  useEffect(() => map?.setLook(theme, lang, t('replay_label')), [map, theme, lang, t])
  const { zones, active } = usePastZones(feed)
  const { corridors, sites } = airspace
  useEffect(() => map?.setAirspace(zones, active, corridors, sites), [map, zones, active, corridors, sites])
  useEffect(() => map?.select(picked), [map, picked])
  return (
    <>
      <div ref={container} className="replay-canvas" />
      {failed && (
        <div className="map-failed" role="alert">
          {t('map_failed')}
        </div>
      )}
    </>
  )
}
