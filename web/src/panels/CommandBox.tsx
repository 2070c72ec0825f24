/** GivenCommands to the selected drone: what one would do, a second look, and what became of it as the vehicle shows it. */

import { useEffect, useRef, useState } from 'react'
import { Button, Label, TextArea, TextField } from 'react-aria-components'
import { bodyOf, checkCommand, giveCommand, commandTypes, divertTypes, moreTypes, type Effect, type Grounds, type CommandBody, type CommandProblem } from '../api/commands'
import type { Problem } from '../api/types'
import { useConsole } from '../app/consoleContext'
import { useLook } from '../app/look'
import { useCommands } from '../app/useCommands'
import { needsChoice, withWay, type Place } from '../command/choices'
import { standing, type GivenCommand } from '../command/commandBook'
import { orderFocus } from '../command/orderFocus'
import { beijingTime, instant, number } from '../i18n/format'
import { keyFor, type Lang, type Translate } from '../i18n/translate'
import type { LiveFeed } from '../live/liveFeed'
import type { LinkState } from '../live/protocol'
import type { Focus } from '../map/focusDrawing'
import { CommandMark } from '../ui/CommandMark'
import { problemWords } from '../ui/problem'
import { CommandChoice } from './CommandChoice'
import { Section } from './Drawer'
import { ownedByOther } from './SupervisorReason'

interface Props {
  readonly feed: LiveFeed
  readonly aircraftId: string
  /** A dispatcher may be asked for a reason, and may go against a conflict with one. */
  readonly centre: boolean
  readonly link: LinkState
  readonly now_ms: number
  /** An order asked about from elsewhere; `nth` tells one press from the next. */
  readonly asked?: { readonly type: string | null; readonly nth: number } | null
  /** Where the vehicle is, when that is known. */
  readonly at: Place | null
  /** What the order in question would take, or the ways to choose from, for the map; null when there is nothing. */
  readonly onFocus: (focus: Focus | null) => void
}

type Step =
  | { readonly phase: 'idle' }
  | { readonly phase: 'choosing' | 'checking' | 'reason'; readonly body: CommandBody }
  | { readonly phase: 'effect' | 'sending'; readonly body: CommandBody; readonly effect: Effect; readonly token: string | null }
  | { readonly phase: 'failed'; readonly body: CommandBody; readonly problem: Problem }
  /** No answer came to the order itself: it may have been taken. */
  | { readonly phase: 'unsure'; readonly body: CommandBody; readonly onRecord: boolean }

const idle: Step = { phase: 'idle' }
const MIN_SENTENCE = 5
const MAX_SENTENCE = 500
const SHOWN = 3
/** These two mean that nobody knows whether the service took the order. */
const unanswered = new Set(['service_unreachable', 'unreadable_answer'])

export const inWords = (lang: Lang, said: { readonly detail?: string | null; readonly detail_zh?: string | null }): string =>
  (lang === 'zh-CN' ? (said.detail_zh ?? said.detail) : said.detail) ?? ''

export function commandName(t: Translate, type: string): string {
  const key = keyFor('command_type_', type)
  return key === null ? type : t(key)
}

export function CommandBox({ feed, aircraftId, centre, link, now_ms, at, asked = null, onFocus }: Props) {
  const { t, lang } = useLook()
  const { orders, take, reload } = useCommands(feed, aircraftId)
  const [step, setStep] = useState<Step>(idle)
  const [more, setMore] = useState(false)
  const { sectors } = useConsole()
  const [reason, setReason] = useState('')
  const [override, setOverride] = useState('')
  const buttons = useRef<HTMLDivElement>(null)
  /** Counts questions: an answer to one that was cancelled meanwhile is not shown. */
  const question = useRef(0)
  const busy = step.phase === 'sending'
  const open = step.phase !== 'idle'

  /** A flight that gives no cause asks for a reason; so does one of another position, of a supervisor. */
  const asksReason = (problem: Problem) =>
    problem.code === 'command_reason_required' || (ownedByOther(problem) && sectors.board?.supervises === true && reason.trim().length < MIN_SENTENCE)

  const grounds = (): Pick<Grounds, 'reason'> => (reason.trim().length < MIN_SENTENCE ? {} : { reason: reason.trim() })

  const check = async (body: CommandBody) => {
    const mine = ++question.current
    setOverride('')
    setStep({ phase: 'checking', body })
    const answer = await checkCommand(aircraftId, body, grounds())
    if (mine !== question.current) return
    if (!answer.ok) return setStep(asksReason(answer.problem) ? { phase: 'reason', body } : { phase: 'failed', body, problem: answer.problem })
    const effect = answer.value.effects[0]
    setStep(effect === undefined ? { phase: 'failed', body, problem: { code: 'unreadable_answer' } } : { phase: 'effect', body, effect, token: null })
  }

  /** Ask about an order, after a choice where it needs one. */
  const ask = (type: string) => {
    if (!needsChoice(type)) return void check({ type })
    question.current++
    setStep({ phase: 'choosing', body: { type } })
  }

  const give = async (body: CommandBody, effect: Effect, token: string | null) => {
    const mine = ++question.current
    const against = override.trim()
    setStep({ phase: 'sending', body, effect, token })
    const answer = await giveCommand(aircraftId, body, {
      ...grounds(),
      ...(effect.allowed || against === '' ? {} : { override: against }),
      ...(token === null ? {} : { confirmation_token: token }),
    })
    if (answer.ok) take(answer.value)
    if (mine !== question.current) return
    if (answer.ok) return setStep(idle)
    const problem: CommandProblem = answer.problem
    const now = problem.effects?.[0] ?? effect
    if (problem.code === 'confirmation_required' && problem.confirmation_token != null) setStep({ phase: 'effect', body, effect: now, token: problem.confirmation_token })
    else if (problem.code === 'command_conflict' && problem.effects !== undefined) setStep({ phase: 'effect', body, effect: { ...now, allowed: false }, token: null })
    else if (asksReason(problem)) setStep({ phase: 'reason', body })
    else if (!unanswered.has(problem.code)) setStep({ phase: 'failed', body, problem })
    else {
      const onRecord = await reload()
      if (mine === question.current) setStep({ phase: 'unsure', body, onRecord })
    }
  }

  const cancel = () => {
    if (!open || busy) return
    question.current++
    setStep(idle)
    const pressed = buttons.current?.querySelector<HTMLElement>(`[data-type="${step.body.type}"]`)
    requestAnimationFrame(() => pressed?.focus())
  }
  useEscape(open, cancel)

  const effect = step.phase === 'effect' || step.phase === 'sending' ? step.effect : null
  const body = step.phase === 'idle' ? null : step.body
  useEffect(() => onFocus(effect === null || body === null ? null : withWay(orderFocus([effect]), body)), [effect, body, onFocus])
  useEffect(() => () => onFocus(null), [onFocus])

  const nth = asked?.nth ?? null
  useEffect(() => {
    if (asked === null) return
    buttons.current?.scrollIntoView({ block: 'nearest' })
    if (asked.type === null) buttons.current?.querySelector<HTMLElement>('button')?.focus()
    else if (!busy) ask(asked.type)
    // One press elsewhere is one question here.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [nth])

  const button = (type: string) => (
    <Button key={type} data-type={type} className="quiet-button command-button" data-asked={open && step.body.type === type} isDisabled={busy} onPress={() => ask(type)}>
      {commandName(t, type)}
      {needsChoice(type) ? '…' : ''}
    </Button>
  )
  return (
    <Section title={t('commands_title')}>
      <div ref={buttons} role="group" aria-label={t('commands_title')}>
        <div className="command-buttons">{commandTypes.map(button)}</div>
        <div className="command-buttons command-buttons-wide">
          {divertTypes.map(button)}
          <Button className="quiet-button command-button" aria-expanded={more} onPress={() => setMore(!more)}>
            {t(more ? 'command_fewer' : 'command_more')}
          </Button>
        </div>
        {more && <div className="command-buttons command-buttons-wide">{moreTypes.filter((type) => type !== 'upload_plan' || !centre).map(button)}</div>}
      </div>
      {open && (
        <Question title={commandName(t, step.body.type)}>
          {step.phase === 'choosing' && needsChoice(step.body.type) && (
            <>
              <CommandChoice key={step.body.type} aircraftId={aircraftId} type={step.body.type} at={at} onChosen={(chosen) => void check(chosen)} onFocus={onFocus} />
              <div className="decide-buttons">
                <Cancel onPress={cancel} />
              </div>
            </>
          )}
          {step.phase === 'checking' && <p className="quiet">{t('command_checking')}</p>}
          {step.phase === 'reason' && (
            <form
              onSubmit={(event) => {
                event.preventDefault()
                void check(step.body)
              }}
            >
              <p>{t('command_reason_why')}</p>
              <Sentence label={t('command_reason')} value={reason} onChange={setReason} autoFocus />
              <div className="decide-buttons">
                <Button type="submit" className="main-button" isDisabled={reason.trim().length < MIN_SENTENCE}>
                  {t('command_show_effect')}
                </Button>
                <Cancel onPress={cancel} />
              </div>
            </form>
          )}
          {(step.phase === 'effect' || step.phase === 'sending') && (
            <>
              <EffectWords effect={step.effect} />
              {step.token !== null && <p className="command-second">{t(step.body.type === 'land_at_site' ? 'command_second_site' : 'command_second')}</p>}
              {!step.effect.allowed && step.effect.recommended != null && (
                <div className="command-better">
                  <p>{t('command_better', { what: inWords(lang, step.effect.recommended) })}</p>
                  <Button className="quiet-button" isDisabled={busy} onPress={() => void check(bodyOf(step.effect.recommended!))}>
                    {t('command_better_take', { order: commandName(t, step.effect.recommended.type) })}
                  </Button>
                </div>
              )}
              {!step.effect.allowed && centre && <Sentence label={t('command_override')} value={override} onChange={setOverride} disabled={busy} />}
              {!step.effect.allowed && !centre && <p>{t('command_not_allowed')}</p>}
              <div className="decide-buttons">
                {(step.effect.allowed || centre) && (
                  <Button
                    className={`main-button ${step.token !== null || !step.effect.allowed ? 'main-danger' : ''}`}
                    isDisabled={busy || (!step.effect.allowed && override.trim().length < MIN_SENTENCE)}
                    onPress={() => void give(step.body, step.effect, step.token)}
                  >
                    {busy ? t('command_sending') : t(step.token !== null ? 'command_confirm_second' : step.effect.allowed ? 'command_confirm' : 'command_confirm_against', { order: commandName(t, step.body.type) })}
                  </Button>
                )}
                <Cancel onPress={cancel} disabled={busy} />
              </div>
            </>
          )}
          {step.phase === 'failed' && (
            <>
              <p className="decide-problem" role="alert">
                {t('command_not_given', { reason: problemWords(t, lang, step.problem) })}
              </p>
              <div className="decide-buttons">
                <Button className="quiet-button" onPress={() => (step.body.type === 'reroute' ? ask('reroute') : void check(step.body))}>
                  {t(step.body.type === 'reroute' ? 'command_other_way' : 'command_again')}
                </Button>
                <Cancel onPress={cancel} over />
              </div>
            </>
          )}
          {step.phase === 'unsure' && (
            <>
              <p className="command-unsure" role="alert">
                {t(step.onRecord ? 'command_unsure_recorded' : 'command_unsure')}
              </p>
              <div className="decide-buttons">
                <Cancel onPress={cancel} over />
              </div>
            </>
          )}
        </Question>
      )}
      <ol className="command-list" aria-label={t('commands_given')} aria-live="polite">
        {orders.slice(0, SHOWN).map((order) => (
          <CommandLine key={order.command_id} order={order} now_ms={now_ms} link={link} />
        ))}
      </ol>
    </Section>
  )
}

/** Escape takes the question back, before the console's own shortcuts would close the panel. */
function useEscape(open: boolean, cancel: () => void): void {
  const latest = useRef(cancel)
  latest.current = cancel
  useEffect(() => {
    if (!open) return
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      event.preventDefault()
      latest.current()
    }
    window.addEventListener('keydown', pressed, { capture: true })
    return () => window.removeEventListener('keydown', pressed, { capture: true })
  }, [open])
}

function Question({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  const box = useRef<HTMLDivElement>(null)
  // Not onto the button that sends: a second press of the same key must not give the order.
  useEffect(() => box.current?.focus(), [])
  return (
    <div ref={box} className="decide command-question" role="group" aria-label={title} tabIndex={-1} data-escape-cancels="true">
      <h3>{title}</h3>
      {children}
    </div>
  )
}

/** `over`: there is nothing left to take back, only to close. */
function Cancel({ onPress, disabled = false, over = false }: { readonly onPress: () => void; readonly disabled?: boolean; readonly over?: boolean }) {
  const { t } = useLook()
  return (
    <Button className="quiet-button" isDisabled={disabled} onPress={onPress}>
      {t(over ? 'command_close' : 'command_cancel')} <kbd>Esc</kbd>
    </Button>
  )
}

interface SentenceProps {
  readonly label: string
  readonly value: string
  readonly onChange: (text: string) => void
  readonly disabled?: boolean
  readonly autoFocus?: boolean
}

function Sentence({ label, value, onChange, disabled = false, autoFocus = false }: SentenceProps) {
  const { lang } = useLook()
  return (
    <TextField className="decide-reason" value={value} onChange={onChange} maxLength={MAX_SENTENCE} isDisabled={disabled} autoFocus={autoFocus}>
      <Label>{label}</Label>
      <TextArea rows={2} lang={lang} />
    </TextField>
  )
}

function EffectWords({ effect }: { readonly effect: Effect }) {
  const { t, lang } = useLook()
  const [reasons, affected] = [effect.reasons ?? [], effect.affected ?? []]
  const until = instant(effect.ends_at)
  return (
    <div className="command-effect" role="status">
      <p>{inWords(lang, effect)}</p>
      {until !== null && <p className="quiet">{t('command_reserved', { time: beijingTime(until) })}</p>}
      {effect.allowed && affected.length === 0 && <p>{t('command_nobody')}</p>}
      {reasons.map((reason, i) => (
        <p key={i} className={`command-reason reason-${reason.severity ?? 'refuse'}`}>
          {inWords(lang, reason)}
        </p>
      ))}
      {affected.length > 0 && (
        <>
          <p>{t('command_affected', { n: number(lang, affected.length) })}</p>
          <ul className="command-affected">
            {affected.map((flight, i) => (
              <li key={i}>
                <span className="mono">{flight.ref}</span>{' '}
                {t('command_affected_at', {
                  time: instant(flight.starts_at) === null ? t('value_unknown') : beijingTime(instant(flight.starts_at)!),
                  across: number(lang, flight.horizontal_m),
                  up: number(lang, flight.vertical_m),
                })}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

function CommandLine({ order, now_ms, link }: { readonly order: GivenCommand; readonly now_ms: number; readonly link: LinkState }) {
  const { t, lang } = useLook()
  const now = standing(order, now_ms, link)
  const at = instant(order.updated_at)
  const detail = inWords(lang, order)
  return (
    <li className={`command command-${now}`} data-standing={now}>
      <CommandMark standing={now} />
      <div>
        <p className="command-head">
          <strong>{commandName(t, order.type)}</strong> <span className="command-standing">{t(`command_state_${now}`)}</span>
          {at !== null && <span className="quiet">{beijingTime(at)}</span>}
        </p>
        {detail !== '' && <p>{detail}</p>}
        {(now === 'timed_out' || now === 'silent') && <p className="command-look">{t(`command_look_${now}`)}</p>}
      </div>
    </li>
  )
}
