/** One order on one page: what was asked, promised and expected, who carries it and why, and what happened when. */

import { Button } from 'react-aria-components'
import type { Mission, Order } from '../api/logistics'
import type { Site } from '../api/types'
import type { Fleet } from '../app/hooks'
import { useLook } from '../app/look'
import type { ParcelTold } from '../app/useParcels'
import { instant, localName, number, quantity } from '../i18n/format'
import { keyFor } from '../i18n/translate'
import { ParcelMark } from '../ui/ParcelMark'
import { problemWords } from '../ui/problem'
import { Drawer, Row, Section, Time } from './Drawer'
import { LatenessWords, said, span } from './OrderTimes'

interface Props {
  readonly told: ParcelTold
  readonly fleet: Fleet
  readonly sites: readonly Site[]
  readonly now_ms: number
  readonly onPlan: (planId: string) => void
  readonly onClose: () => void
}

export function OrderStory({ told, fleet, sites, now_ms, onPlan, onClose }: Props) {
  const { t, lang } = useLook()
  const { order, problem } = told
  if (order === null) {
    return (
      <Drawer head={<h2>{t('parcel_title')}</h2>} onClose={onClose}>
        <p className="note">{problem === null ? t('value_waiting') : t('parcels_failed', { reason: problemWords(t, lang, problem) })}</p>
      </Drawer>
    )
  }
  const siteName = (id: string | null | undefined): string | null => {
    if (id == null) return null
    const site = sites.find(({ properties }) => properties.site_id === id)
    return site === undefined ? id : localName(lang, site.properties)
  }
  const firm = fleet.operators.get(order.organisation_id)
  const hubs = order.via_site_ids ?? []
  const head = (
    <>
      <span className="badge">
        <ParcelMark state={order.state} />
      </span>
      <h2>{t('parcel_way_value', { from: siteName(order.origin_site_id) ?? '', to: siteName(order.destination_site_id) ?? '' })}</h2>
      <p>{firm === undefined ? order.organisation_id : localName(lang, firm)}</p>
    </>
  )
  return (
    <Drawer head={head} onClose={onClose}>
      {problem !== null && <p className="aged">{t('parcels_failed', { reason: problemWords(t, lang, problem) })}</p>}
      {order.cause != null && (
        <p className="aged" role="status">
          {said(lang, order.cause)}
        </p>
      )}
      <Times order={order} now_ms={now_ms} />
      <Section title={t('parcel_asked')}>
        <dl>
          <Row name={t('parcel_class')}>{t(`parcel_class_${order.priority_class}`)}</Row>
          <Row name={t('parcel_payload')}>{quantity(t, lang, 'unit_kg', order.payload_kg, 2)}</Row>
          {order.dangerous_goods === true && <Row name={t('parcel_goods')}>{t('parcel_dangerous')}</Row>}
          {order.cold_chain === true && <Row name={t('parcel_cooling')}>{t('parcel_cold')}</Row>}
          {hubs.length > 0 && <Row name={t('parcel_hubs')}>{hubs.map(siteName).join(t('parcel_hubs_between'))}</Row>}
          {order.at_site_id != null && <Row name={t('parcel_lies_at')}>{siteName(order.at_site_id)}</Row>}
          {order.reference != null && <Row name={t('parcel_reference')}>{order.reference}</Row>}
          <Row name={t('parcel_number')}>
            <span className="shortened" title={order.order_id}>
              {order.order_id}
            </span>
          </Row>
        </dl>
      </Section>
      <CarrierSection told={told} order={order} fleet={fleet} siteName={siteName} onPlan={onPlan} />
      <Section title={t('parcel_story')}>
        <ol className="story">
          {(order.story ?? []).map((step, i) => {
            const at = instant(step.at)
            const mission = told.missions.get(step.mission_id ?? '')
            return (
              <li key={i}>
                <div className="story-head">
                  <ParcelMark state={step.state} />
                  {at !== null && <Time at={at} day />}
                </div>
                <p>{said(lang, step)}</p>
                {mission !== undefined && mission.mission_id !== order.mission_id && (
                  <Button className="link-button" onPress={() => onPlan(mission.plan_id)}>
                    {t('parcel_earlier_flight')}
                  </Button>
                )}
              </li>
            )
          })}
        </ol>
      </Section>
    </Drawer>
  )
}

function Times({ order, now_ms }: { readonly order: Order; readonly now_ms: number }) {
  const { t, lang } = useLook()
  const time = (text: string | null | undefined) => {
    const at = instant(text)
    return at === null ? null : <Time at={at} day />
  }
  const promise = order.promise ?? null
  return (
    <Section title={t('parcel_times')}>
      <dl>
        <Row name={t('parcel_ready')}>{time(order.ready_at)}</Row>
        {order.deliver_by != null && <Row name={t('parcel_deliver_by')}>{time(order.deliver_by)}</Row>}
        <Row name={t('parcel_promise')}>{time(promise?.deliver_at)}</Row>
        {order.delivered_at == null ? (
          <Row name={t('parcel_expected_only')}>{time(order.expected_at)}</Row>
        ) : (
          <Row name={t('parcel_delivered')}>{time(order.delivered_at)}</Row>
        )}
        <Row name={t('parcel_lateness')}>
          <LatenessWords order={order} now_ms={now_ms} />
        </Row>
      </dl>
      {promise !== null && (
        <p className="note">
          {promise.flights_seen === 0
            ? t('parcel_promise_guess', { pct: number(lang, promise.probability * 100) })
            : t('parcel_promise_basis', { pct: number(lang, promise.probability * 100), n: number(lang, promise.flights_seen) })}
        </p>
      )}
    </Section>
  )
}

interface CarrierProps {
  readonly told: ParcelTold
  readonly order: Order
  readonly fleet: Fleet
  readonly siteName: (id: string | null | undefined) => string | null
  readonly onPlan: (planId: string) => void
}

function CarrierSection({ told, order, fleet, siteName, onPlan }: CarrierProps) {
  const { t, lang } = useLook()
  const { aircraft_id, plan_id, why } = order
  if (aircraft_id == null) return null
  const name = (id: string) => fleet.aircraft.get(id)?.registration ?? id
  const mission = told.missions.get(order.mission_id ?? '') ?? null
  const carrier = told.carrier?.aircraft_id === aircraft_id ? told.carrier : null
  const others = why?.alternatives ?? []
  const times = why?.times ?? []
  return (
    <>
      <Section title={t('parcel_carrier')}>
        <dl>
          <Row name={t('field_registration')}>{name(aircraft_id)}</Row>
          {carrier !== null && <Row name={t('parcel_carries')}>{quantity(t, lang, 'unit_kg', carrier.payload_max_kg, 1)}</Row>}
          {carrier !== null && <Row name={t('parcel_battery')}>{quantity(t, lang, 'unit_wh', carrier.battery_wh)}</Row>}
          {carrier !== null && <Row name={t('parcel_stands_next')}>{siteName(carrier.free_site_id)}</Row>}
          {mission !== null && <FlightRows mission={mission} />}
        </dl>
        {plan_id != null && (
          <Button className="quiet-button" onPress={() => onPlan(plan_id)}>
            {t('parcel_open_flight')}
          </Button>
        )}
      </Section>
      {why != null && (
        <Section title={t('parcel_why')}>
          <p>{said(lang, why)}</p>
          {times.length > 0 && (
            <ol className="why-times" aria-label={t('parcel_why_then')}>
              {times.map((item, i) => (
                <li key={i}>
                  <span>{said(lang, item)}</span>
                  <span className="why-seconds">{item.seconds < 1 ? '—' : span(t, lang, item.seconds)}</span>
                </li>
              ))}
            </ol>
          )}
          {others.length > 0 && (
            <dl>
              {others.map((other) => {
                const at = instant(other.arrives_at)
                return (
                  <Row key={other.aircraft_id} name={name(other.aircraft_id)}>
                    {at === null ? null : <Time at={at} day />}
                  </Row>
                )
              })}
            </dl>
          )}
        </Section>
      )}
    </>
  )
}

function FlightRows({ mission }: { readonly mission: Mission }) {
  const { t, lang } = useLook()
  const state = keyFor('mission_state_', mission.state)
  const took_off = instant(mission.took_off_at)
  const departs = took_off ?? instant(mission.departs_at)
  const landed = instant(mission.landed_at)
  const arrives = landed ?? instant(mission.arrives_at)
  return (
    <>
      <Row name={t('parcel_flight')}>{state === null ? mission.state : t(state)}</Row>
      <Row name={t(took_off === null ? 'parcel_departs' : 'parcel_took_off')}>{departs === null ? null : <Time at={departs} day />}</Row>
      <Row name={t(landed === null ? 'parcel_arrives' : 'parcel_landed')}>{arrives === null ? null : <Time at={arrives} day />}</Row>
      <Row name={t('parcel_length')}>{quantity(t, lang, 'unit_km', mission.length_m == null ? null : mission.length_m / 1000, 1)}</Row>
      <Row name={t('parcel_energy')}>{quantity(t, lang, 'unit_wh', mission.energy_wh)}</Row>
    </>
  )
}
