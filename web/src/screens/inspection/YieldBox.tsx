/** What a template yields: height, pixel size, footprint, pattern, and its flights; filed from here. */

import { useEffect, useRef, useState } from 'react'
import { Button } from 'react-aria-components'
import { filePlan, type Inspection } from '../../api/inspections'
import type { FlightPlan, Problem } from '../../api/types'
import { useConsole } from '../../app/consoleContext'
import { useLook } from '../../app/look'
import { instant, localDetail, number, quantity } from '../../i18n/format'
import { keyFor } from '../../i18n/translate'
import { Row, Time } from '../../panels/Drawer'
import { problemWords } from '../../ui/problem'

interface Props {
  readonly found: Inspection
  /** Which flight is drawn; null: all. */
  readonly chosen: number | null
  readonly onChoose: (index: number | null) => void
  readonly onFiled: () => void
}

type Filed = { readonly plan: FlightPlan } | { readonly problem: Problem }

export function YieldBox({ found, chosen, onChoose, onFiled }: Props) {
  const { t, lang } = useLook()
  const { go } = useConsole()
  const [filed, setFiled] = useState<readonly Filed[]>([])
  const [busy, setBusy] = useState(false)
  const ends = instant(found.ends_at)
  // The form above is longer than a screen: what was asked for comes into sight by itself.
  const box = useRef<HTMLElement>(null)
  // In braces: newer browsers answer a promise, which must not pass for what undoes the effect.
  useEffect(() => {
    box.current?.scrollIntoView({ block: 'start' })
  }, [])
  const m = (value: number | null, decimals = 1) => (value === null ? null : quantity(t, lang, 'unit_m', value, decimals))
  const file = async () => {
    setBusy(true)
    const answers: Filed[] = []
    // One after the other: each is judged with those before it in the sky.
    for (const flight of found.flights) {
      const answer = await filePlan(flight)
      answers.push(answer.ok ? { plan: answer.value } : { problem: answer.problem })
      setFiled([...answers])
    }
    setBusy(false)
    onFiled()
  }
  return (
    <section ref={box} className="zone-edit" aria-label={t('inspection_yields')}>
      <h2>{t('inspection_yields')}</h2>
      <dl className="inspection-facts">
        <Row name={t('inspection_field_height')}>{m(found.height_agl_m)}</Row>
        <Row name={t('inspection_gsd')}>{found.gsd_cm === null ? null : t('inspection_cm', { n: number(lang, found.gsd_cm, 2) })}</Row>
        <Row name={t('inspection_footprint')}>{found.footprint_m === null ? null : t('inspection_by_m', { a: number(lang, found.footprint_m[0], 1), b: number(lang, found.footprint_m[1], 1) })}</Row>
        <Row name={t('inspection_line_spacing')}>{m(found.line_spacing_m)}</Row>
        <Row name={t('inspection_picture_every')}>{m(found.picture_every_m)}</Row>
        <Row name={t('inspection_heading')}>{found.heading_deg === null ? null : t('unit_deg', { n: number(lang, found.heading_deg) })}</Row>
        <Row name={t('inspection_area_is')}>{found.area_m2 === null ? null : t('inspection_ha', { n: number(lang, found.area_m2 / 10_000, 2) })}</Row>
        <Row name={t('inspection_length')}>{t('unit_km', { n: number(lang, found.length_m / 1000, 2) })}</Row>
        <Row name={t('inspection_pictures')}>{number(lang, found.pictures)}</Row>
        <Row name={t('inspection_ends')}>{ends === null ? null : <Time at={ends} day />}</Row>
      </dl>
      <ol className="inspection-flights" aria-label={t('inspection_flights', { n: found.flights.length })}>
        {found.flights.map((flight, index) => {
          const at = instant(flight.departure_at)
          const told = filed[index]
          return (
            <li key={index}>
              <Button className="inspection-flight" aria-pressed={chosen === index} onPress={() => onChoose(chosen === index ? null : index)}>
                <strong>{t('inspection_flight_n', { n: number(lang, index + 1) })}</strong>
                <span>{at === null ? '—' : <Time at={at} day />}</span>
                <span>{t('unit_min', { n: number(lang, flight.lasts_s / 60, 1) })}</span>
                <span>{t('unit_km', { n: number(lang, flight.length_m / 1000, 2) })}</span>
                <span>{t('inspection_pictures_n', { n: flight.pictures })}</span>
              </Button>
              {told !== undefined && <Outcome told={told} onOpen={(planId) => go('live', { plan: planId })} />}
            </li>
          )
        })}
      </ol>
      {filed.length === 0 ? (
        <Button className="main-button" isDisabled={busy} onPress={() => void file()}>
          {t('inspection_file', { n: found.flights.length })}
        </Button>
      ) : (
        <p role="status" className="quiet">
          {busy ? t('inspection_filing') : t('inspection_filed', { n: number(lang, filed.filter((item) => 'plan' in item).length), all: number(lang, filed.length) })}
        </p>
      )}
    </section>
  )
}

/** What became of one flight: its state, or what stands in its way and how many ways out there are. */
function Outcome({ told, onOpen }: { readonly told: Filed; readonly onOpen: (planId: string) => void }) {
  const { t, lang } = useLook()
  const refused = 'problem' in told
  const decision = refused ? told.problem.decision : told.plan.decision
  const offers = decision?.counter_offers?.length ?? 0
  const key = refused ? null : keyFor('plan_state_', told.plan.state)
  return (
    <div className="inspection-filed">
      {refused ? (
        <p className="network-bad">{problemWords(t, lang, told.problem)}</p>
      ) : (
        <Button className="link-button" onPress={() => onOpen(told.plan.plan_id)}>
          {key === null ? told.plan.state : t(key)}
        </Button>
      )}
      {(decision?.reasons ?? []).map((reason, i) => (
        <p key={i} className={refused ? 'network-bad' : 'quiet'}>
          {localDetail(lang, reason)}
        </p>
      ))}
      {refused && offers > 0 && <p className="quiet">{t('inspection_offers', { n: offers })}</p>}
    </div>
  )
}
