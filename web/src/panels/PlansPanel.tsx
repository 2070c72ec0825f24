/** The list of flight plans at the lower edge: filter, live, and the way to each plan's decision. */

import { Button, ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import type { FlightPlan } from '../api/types'
import type { Fleet } from '../app/hooks'
import { useLook } from '../app/look'
import type { PlanList } from '../app/usePlans'
import { beijingDayTime, instant, localName, number, utcDayTime } from '../i18n/format'
import { keyFor } from '../i18n/translate'
import { countReasons, planFilters, type PlanFilter } from '../plan/planList'
import { reasonSeverities } from '../api/types'
import { Icon } from '../ui/icons'
import { problemWords } from '../ui/problem'
import { SeverityMark } from '../ui/SeverityMark'

interface Props {
  readonly list: PlanList
  readonly fleet: Fleet
  readonly selected: string | null
  readonly drawer: boolean
  readonly onFilter: (filter: PlanFilter) => void
  readonly onPick: (planId: string) => void
  readonly onMore: () => void
  readonly onClose: () => void
}

export function PlansPanel({ list, fleet, selected, drawer, onFilter, onPick, onMore, onClose }: Props) {
  const { t, lang } = useLook()
  const { filter, plans, waiting, problem, more } = list
  return (
    <section className="plans" aria-label={t('plans_title')} data-drawer={drawer}>
      <div className="plans-head">
        <h2>{t('plans_title')}</h2>
        <ToggleButtonGroup
          className="chips"
          aria-label={t('plans_filter')}
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[filter]}
          onSelectionChange={(keys) => {
            const next = planFilters.find((item) => keys.has(item))
            if (next !== undefined) onFilter(next)
          }}
        >
          {planFilters.map((item) => (
            <ToggleButton key={item} id={item} className="quiet-button chip-button">
              {t(`plans_filter_${item}`)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        <p className="quiet plans-count" role="status">
          {waiting ? t('value_waiting') : t(more ? 'plans_count_more' : 'plans_count', { n: number(lang, plans.length) })}
        </p>
        <Button className="icon-button" aria-label={t('plans_close')} onPress={onClose}>
          <Icon name="close" />
        </Button>
      </div>
      {problem !== null && (
        <p className="plans-problem" role="alert">
          {t('plans_failed', { reason: problemWords(t, lang, problem) })}
        </p>
      )}
      <div className="plans-scroll" tabIndex={-1}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('plans_departure')}</th>
              <th scope="col">{t('field_operator')}</th>
              <th scope="col">{t('field_registration')}</th>
              <th scope="col">{t('field_plan_state')}</th>
              <th scope="col">{t('plans_reasons')}</th>
            </tr>
          </thead>
          <tbody>
            {plans.map((plan) => (
              <PlanLine key={plan.plan_id} plan={plan} fleet={fleet} chosen={plan.plan_id === selected} onPick={onPick} />
            ))}
          </tbody>
        </table>
        {plans.length === 0 && !waiting && problem === null && <p className="quiet plans-none">{t('plans_none')}</p>}
        {more && (
          <Button className="quiet-button plans-more" onPress={onMore}>
            {t('plans_more')}
          </Button>
        )}
      </div>
    </section>
  )
}

interface LineProps {
  readonly plan: FlightPlan
  readonly fleet: Fleet
  readonly chosen: boolean
  readonly onPick: (planId: string) => void
}

function PlanLine({ plan, fleet, chosen, onPick }: LineProps) {
  const { t, lang } = useLook()
  const departure = instant(plan.departure_at)
  const operator = fleet.operators.get(plan.organisation_id ?? '')
  const registration = fleet.aircraft.get(plan.aircraft_id ?? '')?.registration
  const state = keyFor('plan_state_', plan.state)
  const counts = countReasons(plan)
  const said = reasonSeverities.filter((severity) => counts[severity] > 0)
  return (
    <tr data-selected={chosen} onClick={() => onPick(plan.plan_id)}>
      <td>
        <Button className="plans-pick" aria-pressed={chosen} onPress={() => onPick(plan.plan_id)}>
          {departure === null ? (
            t('value_unknown')
          ) : (
            <time dateTime={departure.toISOString()} title={t('clock_utc', { time: utcDayTime(departure) })}>
              {beijingDayTime(departure)}
            </time>
          )}
        </Button>
      </td>
      <td>{operator === undefined ? (plan.organisation_id ?? t('value_unknown')) : localName(lang, operator)}</td>
      <td data-unknown={registration === undefined}>{registration ?? t('value_unknown')}</td>
      <td>
        <span className={`chip plan-${plan.state}`}>{state === null ? plan.state : t(state)}</span>
      </td>
      <td>
        {said.length === 0 && <span className="quiet">{t('value_none')}</span>}
        {said.map((severity) => (
          <span key={severity} className="reason-count" title={t(`reason_severity_${severity}`)}>
            <SeverityMark of="reason" severity={severity} />
            {t(`reason_count_${severity}`, { n: number(lang, counts[severity]) })}
          </span>
        ))}
      </td>
    </tr>
  )
}
