/** One line of the queue with its countdowns; opened, what stands against it now and the ways to decide. */

import { memo } from 'react'
import { Button, Checkbox } from 'react-aria-components'
import type { DecisionReason, Role } from '../../api/types'
import { pressing, span, standingOf, type Check, type QueueItem } from '../../approvals/queue'
import type { Fleet } from '../../app/hooks'
import { useLook } from '../../app/look'
import { beijingDayTime, localName, number, utcDayTime } from '../../i18n/format'
import { keyFor } from '../../i18n/translate'
import type { Focus } from '../../map/focusDrawing'
import type { PlannedFlight } from '../../plan/schedule'
import { Icon } from '../../ui/icons'
import { DecideItem } from './DecideItem'

interface Props {
  readonly item: QueueItem
  readonly check: Check | undefined
  readonly fleet: Fleet
  readonly now_ms: number
  readonly role: Role
  readonly chosen: boolean
  readonly marked: boolean
  readonly flight: PlannedFlight | null
  readonly onMark: (id: string, on: boolean) => void
  readonly onPick: (id: string) => void
  readonly onDetails: () => void
  /** What stands against it, as it is drawn, and which of it is drawn strongest. */
  readonly against: readonly DecisionReason[]
  readonly drawn: number
  readonly onDraw: (nth: number) => void
  readonly onFocus: (focus: Focus | null) => void
  readonly onDone: () => void
}

export const QueueRow = memo(function QueueRow({ item, check, fleet, now_ms, role, chosen, marked, flight, onMark, onPick, onDetails, against, drawn, onDraw, onFocus, onDone }: Props) {
  const { t, lang } = useLook()
  const standing = standingOf(item, check)
  const operator = fleet.operators.get(item.organisation_id)
  const firm = operator === undefined ? (item.firm ?? item.organisation_id) : localName(lang, operator)
  const registration = item.registration ?? fleet.aircraft.get(flight?.plan.aircraft_id ?? '')?.registration ?? item.plan_id ?? item.id
  const operation = keyFor('operation_', item.operation)
  const words = (ms: number) => {
    const { unit, a, b } = span(ms)
    return t(`approvals_span_${unit}`, { a: number(lang, a), b: number(lang, b) })
  }
  const press = pressing(item.due_ms, now_ms)
  const due =
    item.due_ms === null ? t('approvals_due_none') : t(press === 'over' ? 'approvals_late' : 'approvals_due', { span: words(item.due_ms - now_ms) })
  return (
    <li className="approval" data-chosen={chosen} data-standing={standing}>
      <div className="approval-line">
        {item.kind === 'plan' && standing === 'clean' ? (
          <Checkbox className="approval-mark" isSelected={marked} onChange={(on) => onMark(item.id, on)} aria-label={t('approvals_select', { name: registration })}>
            <span className="approval-box" aria-hidden="true">
              {marked && <Icon name="check" />}
            </span>
          </Checkbox>
        ) : (
          <span className="approval-mark" />
        )}
        <Button className="approval-pick" aria-expanded={chosen} onPress={() => onPick(item.id)}>
          <span className="approval-name">
            <strong>{registration}</strong> {firm}
          </span>
          <span className={`approval-due due-${press}`} title={item.due_ms === null ? '' : `${beijingDayTime(item.due_ms)} · ${t('clock_utc', { time: utcDayTime(item.due_ms) })}`}>
            {due}
          </span>
          <span className="approval-what">
            {t(`approvals_kind_${item.kind}`)}
            {operation !== null && <> · {t(operation)}</>}
            {item.triggers.map((trigger) => {
              const key = keyFor('approvals_trigger_', trigger)
              return <span key={trigger}> · {key === null ? trigger : t(key)}</span>
            })}
          </span>
          <span className={`approval-standing standing-${standing}`}>
            <Icon name={standing === 'clean' ? 'check' : standing === 'unchecked' ? 'eye' : 'fault'} />
            {t(`approvals_standing_${standing}`)}
          </span>
          {item.departure_ms !== null && (
            <span className="approval-departure" title={t('clock_utc', { time: utcDayTime(item.departure_ms) })}>
              {beijingDayTime(item.departure_ms).slice(5, 16)} ·{' '}
              {t(item.departure_ms >= now_ms ? 'approvals_takeoff' : 'approvals_takeoff_past', { span: words(item.departure_ms - now_ms) })}
            </span>
          )}
        </Button>
      </div>
      {chosen && <DecideItem item={item} check={check} role={role} against={against} drawn={drawn} onDraw={onDraw} onDetails={onDetails} onFocus={onFocus} onDone={onDone} />}
    </li>
  )
})
