/** A filed plan: what was filed, what was decided and why, what would be approved instead, and the decision of a person. */

import { useEffect, useState } from 'react'
import { Button } from 'react-aria-components'
import type { FlightPlan, Role, Site, Zone } from '../api/types'
import type { Fleet, PlanState } from '../app/hooks'
import { useLook } from '../app/look'
import { useOther } from '../app/useOther'
import { beijingTime, instant, localName, quantity } from '../i18n/format'
import { keyFor } from '../i18n/translate'
import type { Focus } from '../map/focusDrawing'
import { offerFocus, reasonFocus } from '../plan/reasonFocus'
import type { PlannedFlight } from '../plan/schedule'
import { Icon } from '../ui/icons'
import { problemWords } from '../ui/problem'
import { DecideBox } from './DecideBox'
import { Drawer, Row, Section, Time } from './Drawer'
import { EventsSection, FirmContact, ProfileSection } from './flight/FlightSections'
import { arrival, RouteWords } from './PlanSection'
import { OfferItem, ReasonItem } from './Reasons'
import { TakeOffer } from './TakeOffer'

interface Props {
  readonly planId: string
  readonly plan: PlanState
  readonly fleet: Fleet
  readonly zones: readonly Zone[]
  readonly sites: readonly Site[]
  readonly role: Role
  readonly onFocus: (focus: Focus | null) => void
  readonly onShow: () => void
  readonly onPlan: (planId: string) => void
  readonly onClose: () => void
}

const deciders: readonly Role[] = ['dispatcher', 'regulator']

export function PlanPanel({ planId, plan, onClose, ...rest }: Props) {
  const { t, lang } = useLook()
  const { flight, problem, waiting } = plan
  if (flight !== null && flight.plan.plan_id === planId) return <Known key={planId} flight={flight} onClose={onClose} {...rest} />
  return (
    <Drawer head={<h2>{t('section_plan')}</h2>} onClose={onClose}>
      <p className="note">
        {waiting || problem === null ? t('value_waiting') : t('plan_failed', { reason: problemWords(t, lang, problem) })}
      </p>
    </Drawer>
  )
}

type Chosen = { readonly kind: 'reason' | 'offer'; readonly index: number }

function Known({ flight, fleet, zones, sites, role, onFocus, onShow, onPlan, onClose }: Omit<Props, 'planId' | 'plan'> & { readonly flight: PlannedFlight }) {
  const { t, lang } = useLook()
  const { plan } = flight
  const [verified, setVerified] = useState<FlightPlan | null>(null)
  const [chosen, setChosen] = useState<Chosen | null>(null)
  const reasons = plan.decision?.reasons ?? []
  const offers = plan.decision?.counter_offers ?? []
  const reason = chosen?.kind === 'reason' ? (reasons[chosen.index] ?? null) : null
  const offer = chosen?.kind === 'offer' ? (offers[chosen.index] ?? null) : null
  const other = useOther(flight, reason)

  useEffect(() => {
    if (reason !== null) onFocus(reasonFocus(flight, reason, other?.plan ?? null, other?.closest ?? null))
    else onFocus(offer === null ? null : offerFocus(offer))
  }, [flight, reason, offer, other, onFocus])
  useEffect(() => () => onFocus(null), [onFocus])
  const settled = other === null || other.phase !== 'searching'
  useEffect(() => {
    if (settled) onShow()
  }, [chosen, settled, onShow])

  const choose = (next: Chosen) => setChosen((before) => (before?.kind === next.kind && before.index === next.index ? null : next))
  const operator = fleet.operators.get(plan.organisation_id ?? '')
  const registration = fleet.aircraft.get(plan.aircraft_id ?? '')?.registration
  const state = keyFor('plan_state_', plan.state)
  const operation = keyFor('operation_', plan.operation_type)
  const decided = instant(plan.decision?.decided_at)
  const departure = flight.departure_ms === null ? null : new Date(flight.departure_ms)
  const ends = arrival(flight)
  const head = (
    <>
      <span className={`chip plan-${plan.state}`}>{state === null ? plan.state : t(state)}</span>
      <h2>{registration ?? plan.aircraft_id ?? t('value_unknown')}</h2>
      <p>{operator === undefined ? (plan.organisation_id ?? t('operator_unknown')) : localName(lang, operator)}</p>
    </>
  )
  return (
    <Drawer head={head} onClose={onClose}>
      <div className="drawer-actions">
        <Button className="quiet-button" onPress={onShow}>
          <Icon name="centre" /> {t('plan_show_route')}
        </Button>
      </div>
      {plan.state === 'pending' && deciders.includes(role) && <DecideBox key={plan.version} plan={plan} onDecided={setVerified} />}
      {verified !== null && <Verified answered={verified} />}
      <Section title={t('field_decision')}>
        <p className="decision-line">
          {plan.decision === undefined || decided === null
            ? t('value_unknown')
            : t(`decision_${plan.decision.outcome}`, { time: beijingTime(decided) })}
          {plan.decision?.policy_version !== undefined && <span className="quiet"> {t('decision_policy', { n: plan.decision.policy_version })}</span>}
        </p>
        {reasons.length === 0 && <p className="quiet">{t('decision_no_reasons')}</p>}
        <ul className="reasons" aria-label={t('plans_reasons')}>
          {reasons.map((item, index) => (
            <ReasonItem
              key={index}
              reason={item}
              plan={plan}
              zones={zones}
              sites={sites}
              fleet={fleet}
              chosen={item === reason}
              other={item === reason ? other : null}
              onChoose={() => choose({ kind: 'reason', index })}
              onPlan={onPlan}
            />
          ))}
        </ul>
      </Section>
      {offers.length > 0 && (
        <Section title={t('offers_title')}>
          <ul className="reasons" aria-label={t('offers_title')}>
            {offers.map((item, index) => (
              <OfferItem key={index} offer={item} chosen={item === offer} onChoose={() => choose({ kind: 'offer', index })}>
                {role === 'operator' && plan.state === 'refused' && <TakeOffer offer={item} onPlan={onPlan} />}
              </OfferItem>
            ))}
          </ul>
          <p className="note">{t('offers_note')}</p>
        </Section>
      )}
      <Section title={t('plan_filed')}>
        <dl>
          <Row name={t('field_operation')}>{operation === null ? (plan.operation_type ?? null) : t(operation)}</Row>
          <Row name={t('field_priority')}>{plan.priority ?? null}</Row>
          <Row name={t('field_route')}>
            <RouteWords flight={flight} sites={sites} />
          </Row>
          <Row name={t('field_departure')}>{departure === null ? null : <Time at={departure} day />}</Row>
          <Row name={t('field_arrival')}>{ends === null ? null : <Time at={ends} day />}</Row>
          <Row name={t('field_plan_id')}>
            <span className="mono shortened" title={plan.plan_id}>
              {plan.plan_id}
            </span>
          </Row>
        </dl>
        <Waypoints flight={flight} />
      </Section>
      <ProfileSection plan={plan} drone={null} />
      {plan.organisation_id !== undefined && <FirmContact organisationId={plan.organisation_id} />}
      <EventsSection planId={plan.plan_id} />
    </Drawer>
  )
}

/** The state the service itself answered with after the decision. */
function Verified({ answered }: { readonly answered: FlightPlan }) {
  const { t } = useLook()
  const state = keyFor('plan_state_', answered.state)
  return (
    <p className="decide-verified" role="status">
      <Icon name="check" /> {t('decide_verified', { state: state === null ? answered.state : t(state), n: answered.version })}
    </p>
  )
}

/** The waypoints with the numbers that reasons use. */
function Waypoints({ flight }: { readonly flight: PlannedFlight }) {
  const { t, lang } = useLook()
  const { schedule, departure_ms } = flight
  if (schedule === null) return null
  return (
    <details className="waypoints">
      <summary>{t('plan_waypoints')}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('waypoint_number')}</th>
            <th scope="col">{t('section_altitude')}</th>
            <th scope="col">{t('waypoint_at')}</th>
          </tr>
        </thead>
        <tbody>
          {schedule.waypoints.map((waypoint, i) => (
            <tr key={i}>
              <td>{i}</td>
              <td>
                {quantity(t, lang, 'unit_m', waypoint.alt_m)} <span className="quiet">{t(`datum_${waypoint.alt_datum}`)}</span>
              </td>
              <td>{departure_ms === null ? t('value_unknown') : <Time at={new Date(departure_ms + schedule.arrive_s[i]! * 1000)} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}
