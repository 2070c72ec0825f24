/** The flight plan of the selected drone: state, route, times, and how far the drone is from where it should be. */

import { Button, Meter } from 'react-aria-components'
import type { Site, Track } from '../api/types'
import type { PlanState } from '../app/hooks'
import { useLook } from '../app/look'
import { beijingTime, instant, localName, number, quantity, utcDayTime } from '../i18n/format'
import type { Key } from '../i18n/catalogue'
import { keyFor } from '../i18n/translate'
import type { Fix } from '../live/liveFeed'
import { distanceM } from '../live/mercator'
import { plannedAt, type PlannedFlight } from '../plan/schedule'
import { problemWords } from '../ui/problem'
import { Row, Time } from './Drawer'

/** Below this a deviation of either sign reads 0.0. */
const SHOWN_FROM = 0.05

interface Props {
  readonly plan: PlanState
  readonly fix: Fix | null
  readonly track: Track | null
  readonly sites: readonly Site[]
  readonly now_ms: number
  readonly onPlan: (planId: string) => void
}

export function PlanSection({ plan, fix, track, sites, now_ms, onPlan }: Props) {
  const { t, lang } = useLook()
  const { flight, problem, waiting } = plan
  if (flight === null) {
    if (waiting) return <p className="quiet">{t('value_waiting')}</p>
    return <p className="quiet">{problem === null ? t('plan_none') : t('plan_failed', { reason: problemWords(t, lang, problem) })}</p>
  }
  const filed = flight.plan
  const stateKey = keyFor('plan_state_', filed.state)
  const operation = keyFor('operation_', filed.operation_type)
  const departure = flight.departure_ms === null ? null : new Date(flight.departure_ms)
  const ends = arrival(flight)
  return (
    <>
      <Progress flight={flight} now_ms={now_ms} />
      <dl>
        <Row name={t('field_plan_state')}>
          <span className={`chip plan-${filed.state}`}>{stateKey === null ? filed.state : t(stateKey)}</span>
        </Row>
        <Row name={t('field_operation')}>{operation === null ? (filed.operation_type ?? null) : t(operation)}</Row>
        <Row name={t('field_route')}>
          <RouteWords flight={flight} sites={sites} />
        </Row>
        <Row name={t('field_departure')}>{departure === null ? null : <Time at={departure} day />}</Row>
        <Row name={t('field_arrival')}>{ends === null ? null : <Time at={ends} day />}</Row>
        <Deviation flight={flight} fix={fix} now_ms={now_ms} />
        <Judged track={track} />
        <Row name={t('field_decision')}>
          <Decision flight={flight} />
        </Row>
        <Row name={t('field_plan_id')}>
          <Button className="link-button mono shortened" aria-label={t('plan_open')} onPress={() => onPlan(filed.plan_id)}>
            {filed.plan_id}
          </Button>
        </Row>
      </dl>
    </>
  )
}

export function arrival(flight: PlannedFlight): Date | null {
  if (flight.schedule !== null && flight.departure_ms !== null) return new Date(flight.departure_ms + flight.schedule.duration_s * 1000)
  return instant(flight.plan.ends_at)
}

function Progress({ flight, now_ms }: { readonly flight: PlannedFlight; readonly now_ms: number }) {
  const { t, lang } = useLook()
  const { schedule, departure_ms } = flight
  if (schedule === null || departure_ms === null || !(schedule.duration_s > 0)) return null
  const part = (now_ms - departure_ms) / 1000 / schedule.duration_s
  const pct = Math.min(100, Math.max(0, part * 100))
  const words =
    part < 0 ? t('route_not_started') : part > 1 ? t('route_over') : t('route_progress', { n: number(lang, pct) })
  return (
    <Meter className="progress" aria-label={words} value={pct}>
      <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect width="100" height="4" className="progress-back" />
        <rect width={pct} height="4" className="progress-fill" />
      </svg>
      <span>{words}</span>
    </Meter>
  )
}

export function RouteWords({ flight, sites }: { readonly flight: PlannedFlight; readonly sites: readonly Site[] }) {
  const { t, lang } = useLook()
  const { plan, schedule } = flight
  const siteName = (id: string | null | undefined) => {
    const site = sites.find(({ properties }) => properties.site_id === id)
    return site === undefined ? null : localName(lang, site.properties)
  }
  const from = siteName(plan.origin_site_id)
  const to = siteName(plan.destination_site_id)
  const length =
    schedule === null
      ? t('route_volumes', { n: plan.volumes?.length ?? 0 })
      : t('route_length', { n: schedule.waypoints.length, length: quantity(t, lang, 'unit_km', schedule.length_m / 1000, 1) })
  return (
    <>
      {from !== null && to !== null && <span className="block">{t('route_between', { from, to })}</span>}
      <span className={from !== null && to !== null ? 'block quiet' : 'block'}>{length}</span>
    </>
  )
}

function Deviation({ flight, fix, now_ms }: { readonly flight: PlannedFlight; readonly fix: Fix | null; readonly now_ms: number }) {
  const { t, lang } = useLook()
  const planned = plannedAt(flight, now_ms)
  if (planned === null || planned.phase !== 'under_way') return null
  const away_m = fix === null ? null : distanceM(fix.lat_deg, fix.lon_deg, planned.lat_deg, planned.lon_deg)
  return (
    <>
      <Row name={t('field_deviation')}>{away_m === null ? null : quantity(t, lang, 'unit_m', away_m)}</Row>
      <Row name={t('field_planned_altitude')}>
        {planned.alt_m === null || planned.alt_datum === null ? null : (
          <>
            {quantity(t, lang, 'unit_m', planned.alt_m)} <span className="quiet">{t(`datum_${planned.alt_datum}`)}</span>
          </>
        )}
      </Row>
    </>
  )
}

/** The deviations as the service judges them; left out where it gives none. */
function Judged({ track }: { readonly track: Track | null }) {
  const { t, lang } = useLook()
  const [lateral_m, vertical_m, time_s] = [track?.lateral_deviation_m, track?.vertical_deviation_m, track?.time_deviation_s]
  const signed = (unit: 'unit_m' | 'unit_s', value: number, over: Key, under: Key): string => {
    const amount = quantity(t, lang, unit, Math.abs(value), 1)
    return Math.abs(value) < SHOWN_FROM ? amount : t(value < 0 ? under : over, { amount })
  }
  return (
    <>
      {lateral_m != null && <Row name={t('field_lateral')}>{quantity(t, lang, 'unit_m', lateral_m, 1)}</Row>}
      {vertical_m != null && (
        <Row name={t('field_vertical')}>
          {signed('unit_m', vertical_m, 'deviation_above', 'deviation_below')}
        </Row>
      )}
      {time_s != null && (
        <Row name={t('field_timing')}>
          {signed('unit_s', time_s, 'deviation_early', 'deviation_late')}
        </Row>
      )}
    </>
  )
}

function Decision({ flight }: { readonly flight: PlannedFlight }) {
  const { t, lang } = useLook()
  const decision = flight.plan.decision
  const at = instant(decision?.decided_at)
  if (decision === undefined || at === null) return <>{t('value_unknown')}</>
  const words = (reason: { readonly detail: string; readonly detail_zh?: string }) =>
    lang === 'zh-CN' ? (reason.detail_zh ?? reason.detail) : reason.detail
  return (
    <>
      <span className="block" title={t('clock_utc', { time: utcDayTime(at) })}>
        {t(`decision_${decision.outcome}`, { time: beijingTime(at) })}
      </span>
      {decision.reasons.map((reason, i) => (
        <span key={i} className="block quiet">
          {words(reason)}
        </span>
      ))}
    </>
  )
}
