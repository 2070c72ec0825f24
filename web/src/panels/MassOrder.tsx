/** One order to every drone the filter shows: what it would do to each first, judged jointly; then the second press. */

import { useEffect, useRef, useState } from 'react'
import { Button, Label, TextArea, TextField } from 'react-aria-components'
import { checkOrders, commandTypes, giveOrders, type Effect, type Told } from '../api/commands'
import type { Problem } from '../api/types'
import { useLook } from '../app/look'
import { standing, taken, type CommandBook } from '../command/commandBook'
import { number } from '../i18n/format'
import type { LiveFeed } from '../live/liveFeed'
import type { LinkState } from '../live/protocol'
import { CommandMark } from '../ui/CommandMark'
import { Icon } from '../ui/icons'
import { problemWords } from '../ui/problem'
import { commandName, inWords } from './CommandBox'
import './mass.css'

export interface Orderable {
  readonly aircraft_id: string
  readonly registration: string
}

interface Props {
  readonly feed: LiveFeed
  /** Who is shown by the filter and may be ordered by this person, when the list was opened. */
  readonly vehicles: readonly Orderable[]
  readonly link: LinkState
  readonly now_ms: number
  /** What would be reserved, for the map. */
  readonly onEffects: (effects: readonly Effect[]) => void
  readonly onClose: () => void
}

type Step =
  | { readonly phase: 'choosing' }
  | { readonly phase: 'checking' | 'reason'; readonly type: string }
  | { readonly phase: 'shown' | 'sending'; readonly type: string; readonly told: Told }
  | { readonly phase: 'failed'; readonly type: string; readonly problem: Problem }
  | { readonly phase: 'given'; readonly type: string; readonly refused: ReadonlyMap<string, Problem> }

const MIN_SENTENCE = 5
const MAX_SENTENCE = 500
const possible = (effect: Effect): boolean => effect.allowed && effect.problem == null

export function MassOrder({ feed, vehicles, link, now_ms, onEffects, onClose }: Props) {
  const { t, lang } = useLook()
  const [step, setStep] = useState<Step>({ phase: 'choosing' })
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const [reason, setReason] = useState('')
  const [book, setBook] = useState<CommandBook>(new Map())
  const question = useRef(0)
  const names = new Map(vehicles.map(({ aircraft_id, registration }) => [aircraft_id, registration]))
  const grounds = reason.trim().length < MIN_SENTENCE ? {} : { reason: reason.trim() }

  useEffect(
    () => feed.onMessage.on((message) => message.topic === 'commands' && setBook((before) => taken(before, message.items))),
    [feed],
  )
  const effects = step.phase === 'shown' || step.phase === 'sending' ? step.told.effects : null
  useEffect(() => onEffects(effects ?? []), [effects, onEffects])
  useEffect(() => () => onEffects([]), [onEffects])

  const bodies = (type: string, without: ReadonlySet<string>) =>
    vehicles.filter(({ aircraft_id }) => !without.has(aircraft_id)).map(({ aircraft_id }) => ({ aircraft_id, type }))

  const check = async (type: string, without: ReadonlySet<string>) => {
    const mine = ++question.current
    setLeft(without)
    setStep({ phase: 'checking', type })
    const answer = await checkOrders(bodies(type, without), grounds)
    if (mine !== question.current) return
    if (answer.ok) setStep({ phase: 'shown', type, told: answer.value })
    else setStep(answer.problem.code === 'command_reason_required' ? { phase: 'reason', type } : { phase: 'failed', type, problem: answer.problem })
  }

  const give = async (type: string, told: Told) => {
    const mine = ++question.current
    setStep({ phase: 'sending', type, told })
    const token = told.confirmation_token == null ? {} : { confirmation_token: told.confirmation_token }
    const answer = await giveOrders(bodies(type, left), { ...grounds, ...token })
    if (mine !== question.current) return
    if (!answer.ok) {
      // Too late for the token, or somebody has come into the way since: nothing was sent, it is looked at once more.
      setStep({ phase: 'failed', type, problem: answer.problem })
      return
    }
    setBook((before) => taken(before, answer.value.items.map(({ command }) => command)))
    setStep({ phase: 'given', type, refused: new Map(answer.value.items.flatMap(({ aircraft_id, problem }) => (problem === null ? [] : [[aircraft_id, problem] as const]))) })
  }

  const again = () => {
    question.current++
    setStep({ phase: 'choosing' })
  }
  const given = vehicles.filter(({ aircraft_id }) => !left.has(aircraft_id))
  const impossible = effects === null ? [] : effects.filter((effect) => !possible(effect)).map(({ aircraft_id }) => aircraft_id)
  const without = () => new Set([...left, ...impossible])

  return (
    <section className="card mass-order" aria-label={t('mass_title')}>
      <h2 className="card-title">
        {t('mass_title')} <span className="count">{number(lang, given.length)}</span>
        <Button className="icon-button" aria-label={t('mass_close')} onPress={onClose}>
          <Icon name="close" />
        </Button>
      </h2>
      {vehicles.length === 0 && <p className="quiet">{t('mass_nobody')}</p>}
      {vehicles.length > 0 && step.phase === 'choosing' && (
        <>
          <p>{t('mass_choose', { n: number(lang, vehicles.length) })}</p>
          <div className="command-buttons" role="group" aria-label={t('mass_title')}>
            {commandTypes.map((type) => (
              <Button key={type} className="quiet-button command-button" onPress={() => void check(type, new Set())}>
                {commandName(t, type)}
              </Button>
            ))}
          </div>
        </>
      )}
      {step.phase === 'checking' && <p className="quiet">{t('command_checking')}</p>}
      {step.phase === 'reason' && (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void check(step.type, left)
          }}
        >
          <p>{t('mass_reason_why')}</p>
          <TextField className="decide-reason" value={reason} onChange={setReason} maxLength={MAX_SENTENCE} autoFocus>
            <Label>{t('command_reason')}</Label>
            <TextArea rows={2} lang={lang} />
          </TextField>
          <div className="decide-buttons">
            <Button type="submit" className="main-button" isDisabled={reason.trim().length < MIN_SENTENCE}>
              {t('command_show_effect')}
            </Button>
            <Button className="quiet-button" onPress={again}>
              {t('command_cancel')}
            </Button>
          </div>
        </form>
      )}
      {(step.phase === 'shown' || step.phase === 'sending') && (
        <>
          <ul className="mass-lines" aria-label={t('mass_effects')} tabIndex={0}>
            {step.told.effects.map((effect) => (
              <li key={effect.aircraft_id} data-allowed={possible(effect)}>
                <strong>{names.get(effect.aircraft_id) ?? effect.aircraft_id}</strong>{' '}
                {effect.problem == null ? inWords(lang, effect) : problemWords(t, lang, effect.problem)}
                {effect.problem == null && !effect.allowed && (
                  <p className="command-reason reason-refuse">{(effect.reasons ?? []).map((item) => inWords(lang, item))[0] ?? t('mass_in_the_way')}</p>
                )}
              </li>
            ))}
          </ul>
          <div className="decide-buttons">
            {impossible.length > 0 && impossible.length < given.length && (
              <Button className="main-button" isDisabled={step.phase === 'sending'} onPress={() => void check(step.type, without())}>
                {t('mass_leave_out', { n: number(lang, impossible.length) })}
              </Button>
            )}
            {impossible.length === 0 && (
              <Button className="main-button main-danger" isDisabled={step.phase === 'sending'} onPress={() => void give(step.type, step.told)}>
                {step.phase === 'sending' ? t('command_sending') : t('mass_confirm', { order: commandName(t, step.type), n: number(lang, given.length) })}
              </Button>
            )}
            <Button className="quiet-button" isDisabled={step.phase === 'sending'} onPress={again}>
              {t('command_cancel')}
            </Button>
          </div>
          {impossible.length === given.length && <p role="alert">{t('mass_none_possible')}</p>}
        </>
      )}
      {step.phase === 'failed' && (
        <>
          <p className="decide-problem" role="alert">
            {t('command_not_given', { reason: problemWords(t, lang, step.problem) })}
          </p>
          <div className="decide-buttons">
            <Button className="quiet-button" onPress={() => void check(step.type, left)}>
              {t('command_again')}
            </Button>
            <Button className="quiet-button" onPress={again}>
              {t('command_cancel')}
            </Button>
          </div>
        </>
      )}
      {step.phase === 'given' && <Given {...{ given, book, link, now_ms, type: step.type, refused: step.refused }} />}
    </section>
  )
}

interface GivenProps {
  readonly given: readonly Orderable[]
  readonly book: CommandBook
  readonly type: string
  readonly refused: ReadonlyMap<string, Problem>
  readonly link: LinkState
  readonly now_ms: number
}

/** What became of each order, as its vehicle shows it. */
function Given({ given, book, type, refused, link, now_ms }: GivenProps) {
  const { t, lang } = useLook()
  const latest = new Map([...book.values()].filter((order) => order.type === type).map((order) => [order.aircraft_id, order]))
  return (
    <ul className="mass-lines" aria-label={t('commands_given')} aria-live="polite" tabIndex={0}>
      {given.map(({ aircraft_id, registration }) => {
        const order = latest.get(aircraft_id)
        const problem = refused.get(aircraft_id)
        const now = order === undefined ? null : standing(order, now_ms, link)
        return (
          <li key={aircraft_id} data-standing={now ?? 'none'}>
            {now !== null && <CommandMark standing={now} />}
            <strong>{registration}</strong>{' '}
            {problem !== undefined ? problemWords(t, lang, problem) : now === null ? t('value_waiting') : t(`command_state_${now}`)}
          </li>
        )
      })}
    </ul>
  )
}
