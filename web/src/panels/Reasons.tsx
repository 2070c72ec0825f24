/** One reason of a decision, and one counter-offer: whole sentences, and what they refer to. */

import type { ReactNode } from 'react'
import { Button, ToggleButton } from 'react-aria-components'
import type { CounterOffer, DecisionReason, FlightPlan, Site, Zone } from '../api/types'
import type { Fleet } from '../app/hooks'
import { useLook } from '../app/look'
import type { Other } from '../app/useOther'
import { instant, localName, number, quantity } from '../i18n/format'
import { severityOf } from '../plan/planList'
import { Icon } from '../ui/icons'
import { SeverityMark } from '../ui/SeverityMark'
import { Row, Time } from './Drawer'

interface ReasonProps {
  readonly reason: DecisionReason
  readonly plan: FlightPlan
  readonly zones: readonly Zone[]
  readonly sites: readonly Site[]
  readonly fleet: Fleet
  readonly chosen: boolean
  readonly other: Other | null
  readonly onChoose: () => void
  readonly onPlan: (planId: string) => void
}

export function ReasonItem({ reason, plan, zones, sites, fleet, chosen, other, onChoose, onPlan }: ReasonProps) {
  const { t, lang } = useLook()
  const severity = severityOf(reason.severity, plan)
  const words = lang === 'zh-CN' ? (reason.detail_zh ?? reason.detail) : reason.detail
  const zone = zones.find(({ properties }) => properties.zone_id === reason.zone_id)
  const site = sites.find(({ properties }) => properties.site_id === reason.site_id)
  const [from, to] = [instant(reason.starts_at), instant(reason.ends_at)]
  const { segment, horizontal_margin_m: horizontal_m, vertical_margin_m: vertical_m } = reason
  // What falls short by millimetres must not read as nothing.
  const signed = (value: number) =>
    `${value > 0 ? '+' : ''}${quantity(t, lang, 'unit_m', value, Math.abs(value) < 0.05 ? 3 : 1).replace('-', '−')}`
  const margin = (value: number) => t(value < 0 || Object.is(value, -0) ? 'margin_short' : 'margin_kept', { amount: signed(value) })
  const drawable = segment != null || reason.zone_id != null || reason.site_id != null || reason.other_plan_ref != null
  return (
    <li className={`reason reason-${severity}`} data-chosen={chosen}>
      <p className="reason-severity">
        <SeverityMark of="reason" severity={severity} />
        {t(`reason_severity_${severity}`)}
      </p>
      <p className="reason-words">{words}</p>
      <dl>
        {reason.zone_id != null && <Row name={t('reason_zone')}>{zone === undefined ? reason.zone_id : localName(lang, zone.properties)}</Row>}
        {reason.site_id != null && <Row name={t('reason_site')}>{site === undefined ? reason.site_id : localName(lang, site.properties)}</Row>}
        {reason.other_plan_ref != null && (
          <Row name={t('reason_other')}>
            <span className="mono shortened" title={reason.other_plan_ref}>
              {reason.other_plan_ref}
            </span>
            {chosen && other !== null && <OtherWords other={other} fleet={fleet} onPlan={onPlan} />}
          </Row>
        )}
        {segment != null && <Row name={t('reason_segment')}>{t('reason_segment_value', { i: segment[0], j: segment[1] })}</Row>}
        {from !== null && (
          <Row name={t('reason_times')}>
            <Time at={from} day />
            {to !== null && (
              <>
                {' – '}
                <Time at={to} />
              </>
            )}
          </Row>
        )}
        {horizontal_m != null && <Row name={t('reason_horizontal')}>{margin(horizontal_m)}</Row>}
        {vertical_m != null && <Row name={t('reason_vertical')}>{margin(vertical_m)}</Row>}
      </dl>
      {reason.curable === false && <p className="quiet">{t('reason_incurable')}</p>}
      {drawable && (
        <ToggleButton className="quiet-button reason-draw" isSelected={chosen} onChange={onChoose}>
          <Icon name="eye" /> {t('draw_on_map')}
        </ToggleButton>
      )}
    </li>
  )
}

function OtherWords({ other, fleet, onPlan }: { readonly other: Other; readonly fleet: Fleet; readonly onPlan: (planId: string) => void }) {
  const { t } = useLook()
  const { phase, plan, byGeometry } = other
  if (phase === 'searching') return <span className="block quiet">{t('other_searching')}</span>
  if (plan === null) return <span className="block quiet">{t('other_hidden')}</span>
  const name = fleet.aircraft.get(plan.aircraft_id ?? '')?.registration ?? plan.plan_id
  return (
    <span className="block">
      <Button className="link-button" onPress={() => onPlan(plan.plan_id)}>
        {name}
      </Button>
      {byGeometry && <span className="block quiet">{t('other_by_geometry')}</span>}
    </span>
  )
}

interface OfferProps {
  readonly offer: CounterOffer
  readonly chosen: boolean
  readonly onChoose: () => void
  /** What may be done with it. */
  readonly children?: ReactNode
}

export function OfferItem({ offer, chosen, onChoose, children }: OfferProps) {
  const { t, lang } = useLook()
  const { delay_s, extra_m, extra_wh } = offer.cost
  const held = instant(offer.held_until)
  const signed = (value: number, decimals: number) => `${value > 0 ? '+' : ''}${number(lang, value, decimals).replace('-', '−')}`
  return (
    <li className="reason offer" data-chosen={chosen}>
      <p className="reason-severity">{t(`offer_kind_${offer.kind}`)}</p>
      <p className="reason-words">{lang === 'zh-CN' ? (offer.detail_zh ?? offer.detail) : offer.detail}</p>
      <p className="offer-cost">
        <span>{t('cost_delay', { amount: signed(delay_s, 0) })}</span>
        <span>{t('cost_length', { amount: signed(extra_m, 0) })}</span>
        {extra_wh !== null && <span>{t('cost_energy', { amount: signed(extra_wh, 1) })}</span>}
      </p>
      {held !== null && (
        <p className="quiet">
          {t('offer_held')} <Time at={held} />
        </p>
      )}
      <ToggleButton className="quiet-button reason-draw" isSelected={chosen} onChange={onChoose}>
        <Icon name="eye" /> {t('draw_on_map')}
      </ToggleButton>
      {children}
    </li>
  )
}
