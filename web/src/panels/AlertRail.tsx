/** What needs a human, what hurts first on top; nothing is hidden by scrolling, for what is below is counted. */

import { useCallback, useEffect, useRef, useState } from 'react'
import { Button, Input, Label, TextField } from 'react-aria-components'
import { awaits, countSeverities, initialsOf, isEffect, outOfSight, secondsLeft, type AlertGroup } from '../alerts/alertBook'
import { recommended, type Act } from '../alerts/recommended'
import { acknowledgeAlert, shelveAlert, unshelveAlert } from '../api/client'
import { alertSeverities, type Alert, type Problem } from '../api/types'
import { useConsole } from '../app/consoleContext'
import { useLook } from '../app/look'
import type { Alerts } from '../app/useAlerts'
import { beijingTime, instant, localName, number } from '../i18n/format'
import { problemWords } from '../ui/problem'
import { SeverityMark } from '../ui/SeverityMark'
import { SupervisorReason } from './SupervisorReason'

interface Props {
  readonly alerts: Alerts
  readonly now_ms: number
  readonly selected: string | null
  /** Whether this person may take note of alerts. */
  readonly handles: boolean
  readonly acknowledging: boolean
  readonly onAcknowledging: (open: boolean) => void
  readonly onPick: (alert: Alert) => void
  /** Whether this person may order the vehicle of an alert. */
  readonly mayOrder: (alert: Alert) => boolean
  readonly onAct: (alert: Alert, act: Act) => void
}

export function AlertRail({ alerts, now_ms, selected, handles, acknowledging, onAcknowledging, onPick, mayOrder, onAct }: Props) {
  const { t, lang } = useLook()
  const { problem, waiting } = alerts
  const { sectors } = useConsole()
  const [mineOnly, setMineOnly] = useState(false)
  const mine = sectors.board?.in_use === true ? sectors.board.position_id : null
  // What nobody is known to own is everybody's.
  const foreign = (alert: Alert) => mineOnly && mine !== null && (sectors.ownerOf(alert.alert_id) ?? mine) !== mine
  const groups = alerts.groups.filter(({ head, effects }) => ![head, ...effects].every(foreign))
  const others = alerts.groups.flatMap(({ head, effects }) => [head, ...effects]).length - groups.flatMap(({ head, effects }) => [head, ...effects]).length
  const all = groups.flatMap(({ head, effects }) => [head, ...effects])
  const list = useRef<HTMLUListElement>(null)
  const { above, below } = useOutOfSight(list, all.length)
  if (all.length === 0 && others === 0) {
    return (
      <section className="card alerts alerts-calm" aria-label={t('alerts_title')} role="status">
        {waiting ? t('value_waiting') : problem === null ? t('alerts_none') : t('alerts_failed', { reason: problemWords(t, lang, problem) })}
      </section>
    )
  }
  const waitingFor = all.filter(awaits).length
  return (
    <section className="card alerts" aria-label={t('alerts_title')}>
      <h2 className="card-title">
        {t('alerts_title')}
        <span className="alerts-waiting">{t('alerts_waiting', { n: number(lang, waitingFor) })}</span>
        <span className="count">{number(lang, all.length)}</span>
      </h2>
      {mine !== null && (
        <label className="alerts-mine">
          <input type="checkbox" checked={mineOnly} onChange={(event) => setMineOnly(event.target.checked)} /> {t('sectors_mine')}
          {others > 0 && <span className="quiet">{t('sectors_mine_hidden', { n: number(lang, others) })}</span>}
        </label>
      )}
      {problem !== null && <p className="alerts-problem">{t('alerts_failed', { reason: problemWords(t, lang, problem) })}</p>}
      <OutOfSight alerts={all.slice(0, above)} text="alerts_above" />
      <ul ref={list} className="alerts-list">
        {groups.map((group) => (
          <Group key={group.group_id} group={group} book={alerts.byId} first={group === groups[0]} {...{ now_ms, selected, handles, acknowledging, onAcknowledging, onPick, mayOrder, onAct }} onTake={alerts.take} />
        ))}
      </ul>
      <OutOfSight alerts={all.slice(below)} text="alerts_below" />
    </section>
  )
}

/** What the list scrolls away, counted by gravity, so that nothing is hidden by it. */
function OutOfSight({ alerts, text }: { readonly alerts: readonly Alert[]; readonly text: 'alerts_above' | 'alerts_below' }) {
  const { t, lang } = useLook()
  if (alerts.length === 0) return null
  const counts = countSeverities(alerts)
  return (
    <p className="alerts-below" role="status">
      {t(text, { n: number(lang, alerts.length) })}
      {alertSeverities
        .filter((severity) => counts[severity] > 0)
        .map((severity) => (
          <span key={severity} className="reason-count" title={t(`severity_${severity}`)}>
            <SeverityMark of="alert" severity={severity} /> {number(lang, counts[severity])}
          </span>
        ))}
    </p>
  )
}

/** Which alerts are not seen because the list scrolls: how many above, and the index of the first below. */
function useOutOfSight(list: React.RefObject<HTMLUListElement | null>, count: number): { readonly above: number; readonly below: number } {
  const [unseen, setUnseen] = useState({ above: 0, below: count })
  const measure = useCallback(() => {
    const box = list.current
    if (box === null) return
    const top = box.getBoundingClientRect().top
    const rows = [...box.querySelectorAll<HTMLElement>('.alert-pick')].map((row) => {
      const place = row.getBoundingClientRect()
      return { top_px: place.top - top, bottom_px: place.bottom - top }
    })
    const next = outOfSight(rows, box.clientHeight)
    setUnseen((before) => (before.above === next.above && before.below === next.below ? before : next))
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
  return { above: Math.min(unseen.above, count), below: Math.min(unseen.below, count) }
}

type Shared = Omit<Props, 'alerts'> & { readonly onTake: (alert: Alert) => void; readonly book: Alerts['byId'] }
type GroupProps = Shared & { readonly group: AlertGroup; readonly first: boolean }
type ItemProps = Shared & { readonly alert: Alert; readonly first?: boolean }

function Group({ group, first, ...props }: GroupProps) {
  const { t, lang } = useLook()
  const { head, effects } = group
  return (
    <li className="alert-group">
      <AlertItem alert={head} first={first} {...props} />
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

function AlertItem({ alert, book, first = false, now_ms, selected, handles, acknowledging, onAcknowledging, onPick, onTake, mayOrder, onAct }: ItemProps) {
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
        <OwnerChip alertId={alert.alert_id} />
        {alert.status === 'shelved' && (
          <span className="alert-status">{shelved === null ? t('alert_shelved') : t('alert_shelved_until', { time: beijingTime(shelved) })}</span>
        )}
        {alert.status === 'acknowledged' && (
          <span className="alert-status">
            {t('alert_acknowledged', { who: alert.acknowledged_initials ?? alert.acknowledged_by ?? t('value_unknown') })}
          </span>
        )}
        {isEffect(alert, book) && <span className="alert-status">{t('alert_suppressed')}</span>}
      </Button>
      {!chosen && first && awaits(alert) && (
        <div className="alert-more">
          <Recommended alert={alert} commands={mayOrder(alert)} onAct={onAct} />
        </div>
      )}
      {chosen && (
        <div className="alert-more">
          {consequence != null && <p>{consequence}</p>}
          {action != null && <p className="alert-action">{action}</p>}
          <Recommended alert={alert} commands={mayOrder(alert)} onAct={onAct} />
          {handles && awaits(alert) && <Acknowledge alert={alert} open={acknowledging} onOpen={onAcknowledging} onTake={onTake} />}
          {handles && awaits(alert) && <Shelve alert={alert} onTake={onTake} />}
          {handles && alert.status === 'shelved' && <Unshelve alert={alert} onTake={onTake} />}
        </div>
      )}
    </div>
  )
}

/** The one thing to do, as a button: an order is asked about first, as everywhere. */
function Recommended({ alert, commands, onAct }: { readonly alert: Alert; readonly commands: boolean; readonly onAct: Props['onAct'] }) {
  const { t } = useLook()
  const act = recommended(alert, commands)
  const words = act.what === 'order' ? t('alert_do_order', { command: t(`command_type_${act.type}`) }) : t(`alert_do_${act.what}`)
  return (
    <Button className="main-button alert-do" aria-label={`${t('alert_do')}: ${words}`} onPress={() => onAct(alert, act)}>
      {words}
    </Button>
  )
}

/** The position that owns an alert; nothing while one position has everything. */
function OwnerChip({ alertId }: { readonly alertId: string }) {
  const { t, lang } = useLook()
  const { sectors } = useConsole()
  const owner = sectors.ownerOf(alertId)
  const position = owner === null ? null : sectors.position(owner)
  if (position === null) return null
  const name = localName(lang, position)
  return <span className="alert-status">{t('sectors_owner_chip', { name: position.position_id === sectors.board?.position_id ? t('sectors_you', { name }) : name })}</span>
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
  const { feed } = useConsole()
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
  const send = async (note: string | null = null) => {
    const answer = await shelveAlert(alert.alert_id, feed.serverNowMs(), Number(minutes), lastInitials === '' ? null : lastInitials, note)
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
      <SupervisorReason problem={problem} onSend={(note) => void send(note)} />
    </div>
  )
}

/** Take the shelving back: the alert waits again at once. */
function Unshelve({ alert, onTake }: { readonly alert: Alert; readonly onTake: (alert: Alert) => void }) {
  const { t, lang } = useLook()
  const [problem, setProblem] = useState<Problem | null>(null)
  const send = async (note: string | null = null) => {
    const answer = await unshelveAlert(alert.alert_id, note)
    setProblem(answer.ok ? null : answer.problem)
    if (answer.ok) onTake(answer.value)
  }
  return (
    <>
      <Button className="quiet-button" onPress={() => void send()}>
        {t('alert_unshelve')}
      </Button>
      {problem !== null && (
        <p className="alerts-problem" role="alert">
          {t('alert_unshelve_failed', { reason: problemWords(t, lang, problem) })}
        </p>
      )}
      <SupervisorReason problem={problem} onSend={(note) => void send(note)} />
    </>
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
  const send = async (note: string | null = null) => {
    if (initials === null) return
    setBusy(true)
    setProblem(null)
    const answer = await acknowledgeAlert(alert.alert_id, initials, note)
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
      <SupervisorReason problem={problem} busy={busy} onSend={(note) => void send(note)} />
    </form>
  )
}
