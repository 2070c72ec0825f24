/** Weather: what is in force over the city, and which of the next departures it stops. */

import './weather.css'
import { useCallback, useEffect, useState } from 'react'
import { Button } from 'react-aria-components'
import { getDepartures, getWeather, type Departure, type WeatherAnswer } from '../../api/weather'
import type { Problem } from '../../api/types'
import { useConsole } from '../../app/consoleContext'
import { useFleet } from '../../app/hooks'
import { useLook } from '../../app/look'
import { useScene } from '../../app/useScene'
import { beijingDayTime, beijingTime, localDetail, localName, number, quantity, utcDayTime } from '../../i18n/format'
import { problemWords } from '../../ui/problem'
import { extremesOf } from './extremes'
import { ForecastBox } from './ForecastBox'

const HOUR_S = 3600
const EVERY_MS = 5_000
const beside = { left: 400, right: 0 }
const mark = { go: '✓', no_go: '✕', unknown: '?' } as const
const rank = { no_go: 0, unknown: 1, go: 2 } as const

interface Seen {
  readonly weather: WeatherAnswer | null
  readonly departures: readonly Departure[]
  readonly problem: Problem | null
}

function useWeather(): readonly [Seen, () => void] {
  const [seen, setSeen] = useState<Seen>({ weather: null, departures: [], problem: null })
  const [asked, setAsked] = useState(0)
  useEffect(() => {
    let over = false
    const read = async () => {
      const [weather, departures] = await Promise.all([getWeather(), getDepartures(HOUR_S)])
      if (over) return
      if (!weather.ok) return setSeen((before) => ({ ...before, problem: weather.problem }))
      if (!departures.ok) return setSeen((before) => ({ ...before, problem: departures.problem }))
      setSeen({ weather: weather.value, departures: departures.value.items, problem: null })
    }
    void read()
    const timer = window.setInterval(() => void read(), EVERY_MS)
    return () => {
      over = true
      window.clearInterval(timer)
    }
  }, [asked])
  return [seen, useCallback(() => setAsked((n) => n + 1), [])]
}

export default function WeatherScreen() {
  const { session, go } = useConsole()
  const { t, lang } = useLook()
  const [{ weather, departures, problem }, reload] = useWeather()
  const fleet = useFleet(true)
  useScene({ insets: beside })
  const mayImport = session.user.role === 'dispatcher' || session.user.role === 'regulator'
  const stopped = departures.filter(({ outcome }) => outcome === 'no_go').length
  const ordered = [...departures].sort((a, b) => rank[a.outcome] - rank[b.outcome] || a.departure_at.localeCompare(b.departure_at))
  const worst = weather === null ? null : extremesOf(weather.items)
  return (
    <section className="side weather" aria-label={t('weather_title')}>
      <div className="side-head">
        <h1>{t('weather_title')}</h1>
        {problem !== null && <p className="weather-failure">{problemWords(t, lang, problem)}</p>}
        {weather?.synthetic === true && <p className="weather-synthetic">{t('weather_synthetic')}</p>}
        {weather !== null && (
          <p className="quiet" title={t('clock_utc', { time: `${utcDayTime(Date.parse(weather.valid_from))} – ${utcDayTime(Date.parse(weather.valid_to))}` })}>
            {!weather.synthetic && <>{t('weather_source', { source: weather.source })} · </>}
            {t('weather_valid', { from: beijingDayTime(Date.parse(weather.valid_from)), to: beijingDayTime(Date.parse(weather.valid_to)) })}
          </p>
        )}
      </div>
      <div className="side-body">
        {worst !== null && (
          <dl className="weather-now" aria-label={t('weather_here')}>
            {(
              [
                ['weather_wind', quantity(t, lang, 'unit_mps', worst.wind_mps, 1)],
                ['weather_gust', quantity(t, lang, 'unit_mps', worst.gust_mps, 1)],
                ['weather_rain', quantity(t, lang, 'unit_mm_h', worst.rain_mm_h, 1)],
                ['weather_sight', quantity(t, lang, 'unit_km', worst.visibility_m === null ? null : worst.visibility_m / 1000, 1)],
              ] as const
            ).map(([key, shown]) => (
              <div key={key}>
                <dt>{t(key)}</dt>
                <dd>{shown}</dd>
              </div>
            ))}
          </dl>
        )}
        <h2>{t('weather_departures')}</h2>
        <p className="quiet" role="status">
          {departures.length === 0
            ? t('weather_none')
            : stopped > 0
              ? t('weather_stopped', { n: number(lang, stopped) })
              : t('weather_all_go', { n: number(lang, departures.length) })}
        </p>
        <ul className="weather-list">
          {ordered.map((item) => {
            const operator = fleet.operators.get(item.organisation_id)
            const at = Date.parse(item.departure_at)
            return (
              <li key={item.plan_id} data-outcome={item.outcome}>
                <Button className="weather-line" aria-description={t('weather_open')} onPress={() => go('live', { plan: item.plan_id })}>
                  <span className="weather-mark" aria-hidden="true">
                    {mark[item.outcome]}
                  </span>
                  <strong>{fleet.aircraft.get(item.aircraft_id)?.registration ?? item.plan_id}</strong>
                  <span className="weather-firm">{operator === undefined ? '' : localName(lang, operator)}</span>
                  <span title={t('clock_utc', { time: utcDayTime(at) })}>{beijingTime(at)}</span>
                  <span className="weather-outcome">{t(`weather_${item.outcome}`)}</span>
                </Button>
                {item.causes.map((cause) => (
                  <p key={cause.code} className="weather-cause">
                    {localDetail(lang, cause)}
                  </p>
                ))}
              </li>
            )
          })}
        </ul>
        {mayImport && <ForecastBox forecastId={weather?.forecast_id ?? null} onChanged={reload} />}
      </div>
    </section>
  )
}
