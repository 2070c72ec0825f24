/** Ways between two sites: at each level its length, energy, who is under it, how loud it is, and why it may not be flown. */

import { useState } from 'react'
import { Button } from 'react-aria-components'
import { findRoutes, routeClasses, type RouteAsked, type RouteLevel, type Routes } from '../../api/network'
import type { Problem, Site } from '../../api/types'
import { useLook } from '../../app/look'
import { Field } from '../../fields/Field'
import { localDetail, localName, number } from '../../i18n/format'
import type { Focus } from '../../map/focusDrawing'
import { problemWords } from '../../ui/problem'
import { Choice } from '../airspace/ZoneForm'
import { Text } from './parts'

interface Props {
  readonly sites: readonly Site[]
  readonly onFocus: (focus: Focus | null) => void
}

export function focusOf(level: RouteLevel): Focus {
  const spot = level.ground?.breaches.find(({ ground }) => ground.lat_deg !== null)?.ground
  return {
    lines: [{ kind: 'offer', points: level.waypoints.map(({ lon_deg, lat_deg }) => [lon_deg, lat_deg] as const) }],
    place: spot == null ? null : { at: [spot.lon_deg!, spot.lat_deg!], words: 'focus_exposed' },
    zone_id: null,
    site_id: null,
  }
}

export function RouteBox({ sites, onFocus }: Props) {
  const { t, lang } = useLook()
  const [asked, setAsked] = useState<RouteAsked>({ origin_site_id: '', destination_site_id: '', aircraft_class: 'small', payload_kg: 2 })
  const [found, setFound] = useState<Routes | null>(null)
  const [level, setLevel] = useState<number | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(false)
  const named = sites.map(({ properties }) => [properties.site_id, localName(lang, properties)] as const).sort((a, b) => a[1].localeCompare(b[1], lang))
  const change = (part: Partial<RouteAsked>) => {
    setAsked((before) => ({ ...before, ...part }))
    setFound(null)
    setLevel(null)
    onFocus(null)
  }
  const choose = (item: RouteLevel) => (setLevel(item.level_agl_m), onFocus(focusOf(item)))
  const find = async () => {
    setBusy(true)
    const answer = await findRoutes(asked)
    setBusy(false)
    setProblem(answer.ok ? null : answer.problem)
    setFound(answer.ok ? answer.value : null)
    const first = answer.ok ? answer.value.levels.find((item) => item.found) : undefined
    if (first !== undefined) choose(first)
  }
  const site = (name: 'origin_site_id' | 'destination_site_id', label: string) => (
    <Field label={label}>
      {(id) => (
        <select id={id} value={asked[name]} onChange={(event) => change({ [name]: event.target.value })}>
          <option value="">{t('parcel_choose_site')}</option>
          {named.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
  return (
    <section className="zone-edit" aria-label={t('ways_title')}>
      <div className="zone-grid">
        {site('origin_site_id', t('parcel_from'))}
        {site('destination_site_id', t('parcel_to'))}
        <Choice label={t('ways_class')} value={asked.aircraft_class} options={routeClasses.map((item) => [item, t(`class_${item}`)])} onChange={(aircraft_class) => change({ aircraft_class })} />
        <Text label={t('parcel_payload_kg')} type="number" value={String(asked.payload_kg)} onChange={(value) => change({ payload_kg: Number(value) })} />
      </div>
      <Button className="main-button" isDisabled={busy || asked.origin_site_id === '' || asked.destination_site_id === ''} onPress={() => void find()}>
        {t(busy ? 'network_busy' : 'ways_find')}
      </Button>
      {problem !== null && (
        <p className="decide-problem" role="alert">
          {problemWords(t, lang, problem)}
        </p>
      )}
      {found !== null && (
        <>
          <p role="status" className="impact-counts">
            {t('ways_pass', { n: number(lang, found.would_pass.length), all: number(lang, found.levels.length) })}
          </p>
          {found.population.synthetic && <p className="network-synthetic">{t('people_synthetic')}</p>}
          <ul className="network-ways">
            {found.levels.map((item) => (
              <li key={item.level_agl_m} data-passes={found.would_pass.includes(item.level_agl_m)}>
                <Button className="network-way" aria-pressed={item.level_agl_m === level} isDisabled={item.waypoints.length === 0} onPress={() => choose(item)}>
                  <strong>{t('unit_m', { n: number(lang, item.level_agl_m) })}</strong>
                  <span>{t(found.would_pass.includes(item.level_agl_m) ? 'ways_would_pass' : 'ways_would_not')}</span>
                  <span>{item.length_m === null ? '—' : t('unit_km', { n: number(lang, item.length_m / 1000, 2) })}</span>
                  <span>{item.energy_wh === null ? '—' : t('unit_wh', { n: number(lang, item.energy_wh) })}</span>
                </Button>
                {item.ground !== null && (
                  <p className="quiet">
                    {t('ways_ground', {
                      most: item.ground.exposed_per_km2 === null ? '—' : number(lang, item.ground.exposed_per_km2),
                      mean: item.ground.exposed_mean_per_km2 === null ? '—' : number(lang, item.ground.exposed_mean_per_km2),
                      buffer: number(lang, item.ground.buffer_m),
                      energy: item.ground.impact_energy_j === null ? '—' : number(lang, item.ground.impact_energy_j / 1000, 1),
                      noise: number(lang, item.noise.loudest_db),
                    })}
                  </p>
                )}
                {item.detail !== null && <p className="network-bad">{localDetail(lang, { detail: item.detail, detail_zh: item.detail_zh })}</p>}
                {item.ground?.breaches.map((breach) => (
                  <p key={breach.code} className={breach.severity === 'refuse' ? 'network-bad' : 'quiet'}>
                    {localDetail(lang, breach)}
                  </p>
                ))}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}
