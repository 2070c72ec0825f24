/** The vertical profile: ground, plan with its tolerance, zones and corridors as bands, and the drone itself. */

import { useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { Radio, RadioGroup } from 'react-aria-components'
import type { Band, FlightProfile, ProfileSamples, ZoneBand } from '../../api/flightStory'
import type { Datum } from '../../api/types'
import { useLook } from '../../app/look'
import { beijingTime, localName, number, quantity, utcDayTime } from '../../i18n/format'
import { bandOutline, extentOf, groundColumn, heightColumn, inDatum, nearestSample, sampleAt, sampleAtTime, ticks } from '../../plan/profile'
import './flight.css'

export interface LivePlace {
  readonly lat_deg: number
  readonly lon_deg: number
  readonly alt_hae_m: number | null
}

interface Props {
  readonly profile: FlightProfile
  readonly drone: LivePlace | null
  readonly now_ms: number
}

const WIDTH = 328
const HEIGHT = 168
const LEFT = 38
const RIGHT = 6
const TOP = 8
const BOTTOM = 22
/** Farther from the path than this a drone has no place on it. */
const ON_PATH_M = 1_000
const datums: readonly Datum[] = ['AMSL', 'AGL', 'HAE']
const DATUM_KEY = 'hexlane.profile_datum'

function firstDatum(): Datum {
  const kept = window.localStorage.getItem(DATUM_KEY)
  return datums.find((datum) => datum === kept) ?? 'AMSL'
}

export function ProfileChart({ profile, drone, now_ms }: Props) {
  const { t, lang } = useLook()
  const [datum, setDatum] = useState<Datum>(firstDatum)
  const choose = (next: string) => {
    window.localStorage.setItem(DATUM_KEY, next)
    setDatum(next as Datum)
  }
  if (profile.samples === null) return <p className="quiet">{t('profile_none')}</p>
  return (
    <>
      <RadioGroup className="datum-choice" aria-label={t('profile_datum')} value={datum} onChange={choose} orientation="horizontal">
        {datums.map((item) => (
          <Radio key={item} value={item} className="datum-radio">
            {t(`datum_${item}`)}
          </Radio>
        ))}
      </RadioGroup>
      <Drawing profile={profile} samples={profile.samples} datum={datum} drone={drone} now_ms={now_ms} />
      <Bands profile={profile} />
      <p className="note">{t(profile.terrain.synthetic ? 'profile_terrain_made_up' : 'profile_terrain', { label: localName(lang, { name: profile.terrain.label, name_zh: profile.terrain.label_zh }) })}</p>
    </>
  )
}

function Drawing({ profile, samples, datum, drone, now_ms }: Props & { readonly samples: ProfileSamples; readonly datum: Datum }) {
  const { t, lang } = useLook()
  const [pointed, setPointed] = useState<number | null>(null)
  const svg = useRef<SVGSVGElement>(null)
  const last = samples.distance_m.length - 1
  const length_m = Math.max(1, samples.distance_m[last]!)
  const here = drone === null ? null : nearestSample(samples, drone.lat_deg, drone.lon_deg, now_ms, ON_PATH_M)
  const height_m = drone === null || drone.alt_hae_m === null || here === null ? null : inDatum(samples, here, drone.alt_hae_m, 'HAE', datum)
  const due = sampleAtTime(samples, now_ms)
  const extent = useMemo(
    () => extentOf(samples, datum, profile.tolerance_m, height_m === null ? [] : [Math.round(height_m / 10) * 10]),
    // The axis follows the drone by tens of metres, not by each report.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [samples, datum, profile.tolerance_m, height_m === null ? null : Math.round(height_m / 10)],
  )
  const x = (distance_m: number) => LEFT + (distance_m / length_m) * (WIDTH - LEFT - RIGHT)
  const y = (value_m: number) => TOP + ((extent.high_m - value_m) / (extent.high_m - extent.low_m)) * (HEIGHT - TOP - BOTTOM)
  const drawn = useMemo(() => {
    const heights = heightColumn(samples, datum)
    const ground = groundColumn(samples, datum)
    const points = (values: readonly number[], plus = 0) => values.map((value, i) => `${x(samples.distance_m[i]!).toFixed(1)},${y(value + plus).toFixed(1)}`)
    const outline = (band: Band) =>
      band.ranges_m.map((range) =>
        bandOutline(samples, band, range, datum, extent.high_m)
          .map(([distance_m, value_m]) => `${x(distance_m).toFixed(1)},${y(Math.min(extent.high_m, Math.max(extent.low_m, value_m))).toFixed(1)}`)
          .join(' '),
      )
    return {
      plan: points(heights).join(' '),
      tolerance: [...points(heights, profile.tolerance_m), ...points(heights, -profile.tolerance_m).reverse()].join(' '),
      ground: [...points(ground), `${WIDTH - RIGHT},${HEIGHT - BOTTOM}`, `${LEFT},${HEIGHT - BOTTOM}`].join(' '),
      zones: profile.zones.map((band) => ({ band, outlines: outline(band) })),
      corridors: profile.corridors.map((band) => ({ band, outlines: outline(band) })),
      low_m: Math.min(...ground),
      high_m: Math.max(...ground),
    }
    // The scales follow from these.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [samples, datum, profile, extent])

  const step = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10, Home: -last, End: last }[event.key]
    if (by === undefined) return
    event.preventDefault()
    event.stopPropagation()
    setPointed((before) => Math.min(last, Math.max(0, (before ?? here ?? due ?? 0) + by)))
  }
  const point = (event: PointerEvent) => {
    const box = svg.current?.getBoundingClientRect()
    if (box === undefined) return
    const at = (((event.clientX - box.left) / box.width) * WIDTH - LEFT) / (WIDTH - LEFT - RIGHT)
    const { index, part } = sampleAt(samples, Math.min(1, Math.max(0, at)) * length_m)
    setPointed(part > 0.5 ? Math.min(last, index + 1) : index)
  }
  const shown = pointed ?? here ?? due
  const words = shown === null ? '' : readout(shown)
  function readout(index: number): string {
    const distance_m = samples.distance_m[index]!
    const names = profile.zones
      .filter((band) => band.ranges_m.some(([low, high]) => distance_m >= low && distance_m <= high))
      .map((band) => localName(lang, band))
    return [
      t('profile_at', { distance: quantity(t, lang, 'unit_m', distance_m), time: beijingTime(new Date(samples.at[index]!)) }),
      t('profile_planned', { amount: `${quantity(t, lang, 'unit_m', heightColumn(samples, datum)[index]!)} ${t(`datum_${datum}`)}` }),
      t('profile_above_ground', { amount: quantity(t, lang, 'unit_m', samples.alt_agl_m[index]!) }),
      ...(names.length === 0 ? [] : [t('profile_in_zone', { names: names.join(lang === 'zh-CN' ? '、' : ', ') })]),
    ].join(' · ')
  }
  const label = t('profile_label', {
    datum: t(`datum_${datum}`),
    length: quantity(t, lang, 'unit_km', length_m / 1000, 1),
    low: quantity(t, lang, 'unit_m', drawn.low_m),
    high: quantity(t, lang, 'unit_m', drawn.high_m),
  })
  return (
    <>
      <svg
        ref={svg}
        className="profile"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={shown ?? 0}
        aria-valuetext={words}
        onKeyDown={step}
        onPointerMove={point}
        onPointerLeave={() => setPointed(null)}
      >
        {ticks(extent.low_m, extent.high_m, 5).map((value) => (
          <g key={value} className="profile-grid">
            <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(value)} y2={y(value)} />
            <text x={LEFT - 5} y={y(value) + 3.5} textAnchor="end">
              {number(lang, value)}
            </text>
          </g>
        ))}
        {ticks(0, length_m, 4).map((value) => (
          <text key={value} className="profile-axis" x={x(value)} y={HEIGHT - 7} textAnchor={value === 0 ? 'start' : x(value) > WIDTH - 24 ? 'end' : 'middle'}>
            {quantity(t, lang, 'unit_km', value / 1000, length_m > 4000 ? 0 : 1)}
          </text>
        ))}
        {drawn.zones.map(({ band, outlines }) =>
          outlines.map((points, i) => <polygon key={`${band.zone_id}${i}`} className={`profile-zone zone-${band.restriction}`} data-in-force={band.in_force} points={points} />),
        )}
        {drawn.corridors.map(({ band, outlines }) => outlines.map((points, i) => <polygon key={`${band.corridor_id}${i}`} className="profile-corridor" points={points} />))}
        <polygon className="profile-ground" points={drawn.ground} />
        <polygon className="profile-tolerance" points={drawn.tolerance} />
        <polyline className="profile-plan" points={drawn.plan} />
        {due !== null && <path className="profile-due" d={`M${x(samples.distance_m[due]!)} ${TOP}V${HEIGHT - BOTTOM}`} />}
        {pointed !== null && <path className="profile-pointed" d={`M${x(samples.distance_m[pointed]!)} ${TOP}V${HEIGHT - BOTTOM}`} />}
        {here !== null && height_m !== null && <path className="profile-drone" transform={`translate(${x(samples.distance_m[here]!)} ${y(height_m)})`} d="M0 -5 5 4 0 2 -5 4z" />}
      </svg>
      <ul className="profile-key" aria-hidden="true">
        <li className="key-plan">{t('profile_key_plan')}</li>
        <li className="key-due">{t('profile_key_now')}</li>
        {height_m !== null && <li className="key-drone">{t('profile_key_drone')}</li>}
      </ul>
      <p className="profile-readout" title={shown === null ? '' : t('clock_utc', { time: utcDayTime(new Date(samples.at[shown]!)) })}>
        {words}
      </p>
    </>
  )
}

/** Zones and corridors in words, since a drawing of bands is not enough to go by. */
function Bands({ profile }: { readonly profile: FlightProfile }) {
  const { t, lang } = useLook()
  const bands: readonly (Band & Partial<ZoneBand>)[] = [...profile.zones, ...profile.corridors]
  if (bands.length === 0) return <p className="note">{t('profile_no_bands')}</p>
  return (
    <ul className="profile-bands" aria-label={t('profile_bands')}>
      {bands.map((band, i) => {
        const name = localName(lang, band)
        return (
          <li key={i} className={band.restriction === undefined ? 'band-corridor' : `zone-${band.restriction}`}>
            {t('profile_band', {
              name: band.in_force === false ? t('profile_zone_off', { name }) : name,
              lower: number(lang, band.lower_m),
              upper: band.upper_m === null ? t('profile_unlimited') : quantity(t, lang, 'unit_m', band.upper_m),
              datum: t(`datum_${band.datum}`),
            })}
          </li>
        )
      })}
    </ul>
  )
}
