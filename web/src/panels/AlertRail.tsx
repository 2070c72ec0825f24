/** What needs a human, what hurts first on top; nothing is hidden by scrolling, for what is below is counted. */

import { useCallback, useEffect, useRef, useState } from 'react'
import { Button, Input, Label, TextField } from 'react-aria-components'
import { awaits, countSeverities, firstBelow, initialsOf, secondsLeft, type AlertGroup } from '../alerts/alertBook'
import { acknowledgeAlert, shelveAlert } from '../api/client'
import { alertSeverities, type Alert, type Problem } from '../api/types'
import { useLook } from '../app/look'
import type { Alerts } from '../app/useAlerts'
import { beijingTime, instant, number } from '../i18n/format'
import { problemWords } from '../ui/problem'
import { SeverityMark } from '../ui/SeverityMark'

interface Props {
  readonly alerts: Alerts
  readonly now_ms: number
  readonly selected: string | null
  /** Whether this person may take note of alerts. */
  readonly handles: boolean
  readonly acknowledging: boolean
  readonly onAcknowledging: (open: boolean) => void
  readonly onPick: (alert: Alert) => void
}

export function AlertRail({ alerts, now_ms, selected, handles, acknowledging, onAcknowledging, onPick }: Props) {
  const { t, lang } = useLook()
  const { groups, problem, waiting } = alerts
  const all = groups.flatMap(({ head, effects }) => [head, ...effects])
  const list = useRef<HTMLUListElement>(null)
  const below = useBelow(list, all.length)
  if (all.length === 0) {
    return (
      <section className="card alerts alerts-calm" aria-label={t('alerts_title')} role="status">
        {waiting ? t('value_waiting') : problem === null ? t('alerts_none') : t('alerts_failed', { reason: problemWords(t, lang, problem) })}
      </section>
    )
  }
  const hidden = countSeverities(all.slice(below))
  const waitingFor = all.filter(awaits).length
  return (
    <section className="card alerts" aria-label={t('alerts_title')}>
      <h2 className="card-title">
        {t('alerts_title')}
        <span className="alerts-waiting">{t('alerts_waiting', { n: number(lang, waitingFor) })}</span>
        <span className="count">{number(lang, all.length)}</span>
      </h2>
      {problem !== null && <p className="alerts-problem">{t('alerts_failed', { reason: problemWords(t, lang, problem) })}</p>}
      <ul ref={list} className="alerts-list">
        {groups.map((group) => (
          <Group key={group.group_id} group={group} {...{ now_ms, selected, handles, acknowledging, onAcknowledging, onPick }} onTake={alerts.take} />
        ))}
      </ul>
      {below < all.length && (
        <p className="alerts-below" role="status">
          {t('alerts_below', { n: number(lang, all.length - below) })}
          {alertSeverities
            .filter((severity) => hidden[severity] > 0)
            .map((severity) => (
              <span key={severity} className="reason-count" title={t(`severity_${severity}`)}>
                <SeverityMark of="alert" severity={severity} /> {number(lang, hidden[severity])}
              </span>
            ))}
        </p>
      )}
    </section>
  )
}

/** Index of the first alert that is not seen because the list scrolls. */
function useBelow(list: React.RefObject<HTMLUListElement | null>, count: number): number {
  const [below, setBelow] = useState(count)
  const measure = useCallback(() => {
    const box = list.current
    if (box === null) return
    const top = box.getBoundingClientRect().top
    const bottoms = [...box.querySelectorAll<HTMLElement>('.alert-pick')].map((row) => row.getBoundingClientRect().bottom - top)
    setBelow(firstBelow(bottoms, box.clientHeight))
  }, [list])
  useEffect(() => {
    const box = list.current
    if (box === null) return
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(box)
    for (const row of box.children) observer.observe(row)
    box.addEventListener('scroll', measure, { passive: true })
    return () => {
      observer.disconnect()
      box.removeEventListener('scroll', measure)
    }
  }, [list, count, measure])
  return Math.min(below, count)
}

type Shared = Omit<Props, 'alerts'> & { readonly onTake: (alert: Alert) => void }
type GroupProps = Shared & { readonly group: AlertGroup }
type ItemProps = Shared & { readonly alert: Alert }

function Group({ group, ...props }: GroupProps) {
  const { t, lang } = useLook()
  const { head, effects } = group
  return (
    <li className="alert-group">
      <AlertItem alert={head} {...props} />
      {effects.length > 0 && (
        <>
          <p className="alert-effects">{t('alerts_effects', { n: number(lang, effects.length) })}</p>
          <ul>
            {effects.map((alert) => (
              <li key={alert.alert_id}>
                <AlertItem alert={alert} {...props} />
              </li>
            ))}
          </ul>
        </>
      )}
    </li>
  )
}

function AlertItem({ alert, now_ms, selected, handles, acknowledging, onAcknowledging, onPick, onTake }: ItemProps) {
  const { t, lang } = useLook()
  const chosen = alert.alert_id === selected
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (chosen) element.current?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  const local = (zh: string | null | undefined, en: string | null | undefined) => (lang === 'zh-CN' ? (zh ?? en) : en)
  const cause = local(alert.cause_zh, alert.cause) ?? local(alert.detail_zh, alert.detail)
  const consequence = local(alert.consequence_zh, alert.consequence)
  const action = local(alert.action_text_zh, alert.action_text)
  const shelved = instant(alert.shelved_until)
  return (
    <div ref={element} className={`alert alert-${alert.severity}`} data-chosen={chosen} data-quiet={!awaits(alert)}>
      <Button className="alert-pick" aria-pressed={chosen} onPress={() => onPick(alert)}>
        <SeverityMark of="alert" severity={alert.severity} />
        <span className="alert-severity">{t(`severity_${alert.severity}`)}</span>
        <Countdown alert={alert} now_ms={now_ms} />
        <span className="alert-cause">{cause}</span>
        {alert.status === 'shelved' && (
          <span className="alert-status">{shelved === null ? t('alert_shelved') : t('alert_shelved_until', { time: beijingTime(shelved) })}</span>
        )}
        {alert.status === 'acknowledged' && (
          <span className="alert-status">
            {t('alert_acknowledged', { who: alert.acknowledged_initials ?? alert.acknowledged_by ?? t('value_unknown') })}
          </span>
        )}
      </Button>
      {chosen && (
        <div className="alert-more">
          {consequence != null && <p>{consequence}</p>}
          {action != null && <p className="alert-action">{action}</p>}
          {handles && awaits(alert) && <Acknowledge alert={alert} open={acknowledging} onOpen={onAcknowledging} onTake={onTake} />}
          {handles && awaits(alert) && <Shelve alert={alert} onTake={onTake} />}
        </div>
      )}
    </div>
  )
}

/** Time to the event, or since the alert was raised where no event is to come. */
function Countdown({ alert, now_ms }: { readonly alert: Alert; readonly now_ms: number }) {
  const { t, lang } = useLook()
  const left_s = secondsLeft(alert, now_ms)
  if (left_s !== null && left_s > 0) {
    const whole = Math.ceil(left_s)
    const words = whole < 100 ? t('alert_in_s', { n: number(lang, whole) }) : t('alert_in_min', { n: number(lang, Math.ceil(whole / 60)) })
    return <span className="alert-time alert-coming">{words}</span>
  }
  const raised = instant(alert.raised_at)
  const since_s = raised === null ? null : Math.max(0, (now_ms - raised.getTime()) / 1000)
  if (since_s === null) return <span className="alert-time">{t('value_unknown')}</span>
  return (
    <span className="alert-time">
      {since_s < 100 ? t('alert_since_s', { n: number(lang, Math.floor(since_s)) }) : t('alert_since_min', { n: number(lang, Math.floor(since_s / 60)) })}
    </span>
  )
}

const shelveMinutes = ['5', '15', '60'] as const

/** Put an alert aside for a while: it stays in the rail, marked, and comes back by itself. */
function Shelve({ alert, onTake }: { readonly alert: Alert; readonly onTake: (alert: Alert) => void }) {
  const { t, lang } = useLook()
  const [open, setOpen] = useState(false)
  const [minutes, setMinutes] = useState<string>('15')
  const [problem, setProblem] = useState<Problem | null>(null)
  if (!open) {
    return (
      <Button className="quiet-button" onPress={() => setOpen(true)}>
        {t('alert_shelve')}
      </Button>
    )
  }
  const send = async () => {
    const answer = await shelveAlert(alert.alert_id, Number(minutes), lastInitials === '' ? null : lastInitials)
    setProblem(answer.ok ? null : answer.problem)
    if (answer.ok) onTake(answer.value)
  }
  return (
    <div className="alert-shelve" data-escape-cancels="true" onKeyDown={(event) => event.key === 'Escape' && setOpen(false)}>
      <select aria-label={t('alert_shelve_for')} value={minutes} onChange={(event) => setMinutes(event.target.value)}>
        {shelveMinutes.map((value) => (
          <option key={value} value={value}>
            {t('alert_shelve_minutes', { n: number(lang, Number(value)) })}
          </option>
        ))}
      </select>
      <Button className="quiet-button" autoFocus onPress={() => void send()}>
        {t('alert_shelve_confirm')}
      </Button>
      <p className="quiet">{t('alert_shelve_effect')}</p>
      {problem !== null && (
        <p className="alerts-problem" role="alert">
          {t('alert_shelve_failed', { reason: problemWords(t, lang, problem) })}
        </p>
      )}
    </div>
  )
}

/** Initials last used in this window: a shift signs many alerts. */
let lastInitials = ''

interface AcknowledgeProps {
  readonly alert: Alert
  readonly open: boolean
  readonly onOpen: (open: boolean) => void
  readonly onTake: (alert: Alert) => void
}

function Acknowledge({ alert, open, onOpen, onTake }: AcknowledgeProps) {
  const { t, lang } = useLook()
  const [text, setText] = useState(lastInitials)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const initials = initialsOf(text)
  const send = async () => {
    if (initials === null) return
    setBusy(true)
    setProblem(null)
    const answer = await acknowledgeAlert(alert.alert_id, initials)
    setBusy(false)
    if (!answer.ok) return setProblem(answer.problem)
    lastInitials = initials
    onOpen(false)
    onTake(answer.value)
  }
  if (!open) {
    return (
      <Button className="quiet-button" onPress={() => onOpen(true)}>
        {t('alert_acknowledge')} <kbd>K</kbd>
      </Button>
    )
  }
  return (
    <form
      className="alert-sign"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <TextField value={text} onChange={setText} autoFocus isDisabled={busy} maxLength={8}>
        <Label>{t('alert_initials')}</Label>
        <Input autoComplete="off" onKeyDown={(event) => event.key === 'Escape' && onOpen(false)} />
      </TextField>
      <Button type="submit" className="quiet-button" isDisabled={busy || initials === null}>
        {t('alert_acknowledge')}
      </Button>
      {problem !== null && (
        <p className="alerts-problem" role="alert">
          {t('alert_acknowledge_failed', { reason: problemWords(t, lang, problem) })}
        </p>
      )}
    </form>
  )
}
