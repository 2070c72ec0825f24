/** Says over the map where nothing departs, until when and why, and on every other screen that it is so. */

import './groundStop.css'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { GroundStop } from '../api/groundStops'
import { useConsole } from '../app/consoleContext'
import { useLook } from '../app/look'
import { beijingTime, instant, number, utcDayTime } from '../i18n/format'
import type { Lang, Translate } from '../i18n/translate'
import { stopBox, stopsCity } from '../map/stopDrawing'
import { screenOf } from '../screens/registry'
import { Icon } from '../ui/icons'
import { problemWords } from '../ui/problem'

/** Where a stop holds, in words. */
export function stopPlace(t: Translate, lang: Lang, stop: GroundStop): string {
  if (stopsCity(stop)) return t('stop_city')
  if (stop.geometry.type !== 'Point') return t('stop_area')
  const [lon_deg, lat_deg] = stop.geometry.coordinates as [number, number]
  // Ten metres are enough to say where; the map shows it.
  return t('stop_circle_at', { place: `${lat_deg.toFixed(4)}, ${lon_deg.toFixed(4)}`, n: number(lang, (stop.radius_m ?? 0) / 1000, 1) })
}

/** In the bar of a screen that covers the map: leads to where it is said in full. */
export function GroundStopChip() {
  const { t, lang } = useLook()
  const { groundStops, screen, map, go } = useConsole()
  const first = groundStops.items?.[0]
  if (first === undefined || screenOf(screen).layout === 'map') return null
  const until = instant(first.until)
  const more = (groundStops.items?.length ?? 1) - 1
  const show = () => {
    go('live')
    requestAnimationFrame(() => map?.showBox(stopBox(first)))
  }
  return (
    <Button className="quiet-button ground-stop-chip" onPress={show}>
      <Icon name="noEntry" />
      <span>{t('stop_notice')}</span>
      {until !== null && <span>{t('stop_until_short', { time: beijingTime(until).slice(0, 5) })}</span>}
      {more > 0 && <span className="quiet">{t('stop_more', { n: number(lang, more) })}</span>}
    </Button>
  )
}

/** On the map. */
export function GroundStopNotice() {
  const { t, lang } = useLook()
  const { groundStops, stats, screen } = useConsole()
  const [all, setAll] = useState(false)
  const { items, problem } = groundStops
  if (problem !== null && stats?.link !== 'lost') {
    return (
      <div className="banner banner-quiet" role="status">
        {t(items === null ? 'stop_unknown' : 'stop_old', { reason: problemWords(t, lang, problem) })}
      </div>
    )
  }
  if (items === null || items.length === 0 || screenOf(screen).layout === 'page') return null
  const shown = all || screen === 'wall' ? items : items.slice(0, 1)
  return (
    <section className="banner ground-stop" aria-label={t('stop_notice')}>
      <strong role="status">
        <Icon name="noEntry" />
        {t('stop_notice')}
      </strong>
      <ul>
        {shown.map((stop) => (
          <Stop key={stop.ground_stop_id} stop={stop} />
        ))}
      </ul>
      {screen !== 'wall' && items.length > 1 && (
        <Button className="quiet-button" aria-expanded={all} onPress={() => setAll((before) => !before)}>
          {all ? t('stop_fewer') : t('stop_more', { n: number(lang, items.length - 1) })}
        </Button>
      )}
    </section>
  )
}

function Stop({ stop }: { readonly stop: GroundStop }) {
  const { t, lang } = useLook()
  const { now_ms, map, go, screen } = useConsole()
  const until = instant(stop.until)
  const minutes = until === null ? 0 : Math.max(1, Math.ceil((until.getTime() - now_ms) / 60_000))
  const show = () => {
    if (screen !== 'live') go('live')
    // The map takes its room back in the frame after.
    requestAnimationFrame(() => map?.showBox(stopBox(stop)))
  }
  return (
    <li>
      <span>
        <b>{stopPlace(t, lang, stop)}</b>
        {until !== null && (
          <>
            {' · '}
            <time dateTime={stop.until} title={t('clock_utc', { time: utcDayTime(until) })}>
              {t('stop_notice_until', { time: beijingTime(until).slice(0, 5), n: number(lang, minutes) })}
            </time>
          </>
        )}
        <span className="ground-stop-reason" title={stop.reason}>
          {stop.reason}
        </span>
      </span>
      {screen !== 'wall' && (
        <Button className="quiet-button" onPress={show}>
          {t('stop_show')}
        </Button>
      )}
    </li>
  )
}
