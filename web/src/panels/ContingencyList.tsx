/** Flights that cannot go on as planned, in one list: each with the one thing to do about it now. */

import { useState } from 'react'
import { Button } from 'react-aria-components'
import { decideContingency, executeActions, type ActionsProblem, type Contingency, type ListedAction } from '../api/commands'
import type { Problem } from '../api/types'
import { getActionList } from '../api/zones'
import type { Fleet } from '../app/hooks'
import { useLook } from '../app/look'
import type { Contingencies } from '../app/useContingencies'
import { inOrder } from '../command/contingencyOrder'
import { beijingTime, instant, number } from '../i18n/format'
import { keyFor, type Translate } from '../i18n/translate'
import { Icon } from '../ui/icons'
import { problemWords } from '../ui/problem'
import { ownedByOther, SupervisorReason } from './SupervisorReason'

interface Props {
  readonly contingencies: Contingencies
  readonly fleet: Fleet
  /** Whether this person decides about contingencies. */
  readonly decides: boolean
  readonly onPick: (planId: string, aircraftId: string | null) => void
  readonly onClose: () => void
}

const words = (t: Translate, prefix: string, value: string): string => {
  const key = keyFor(prefix, value)
  return key === null ? value : t(key)
}

export function ContingencyList({ contingencies, fleet, decides, onPick, onClose }: Props) {
  const { t, lang } = useLook()
  const { items, problem, waiting, reload } = contingencies
  const nameOf = (aircraftId: string | null) => fleet.aircraft.get(aircraftId ?? '')?.registration ?? aircraftId ?? t('value_unknown')
  return (
    <section className="card contingencies" aria-label={t('contingencies_title')}>
      <h2 className="card-title">
        {t('contingencies_title')} <span className="count">{number(lang, items.length)}</span>
        <Button className="icon-button" aria-label={t('contingencies_close')} onPress={onClose}>
          <Icon name="close" />
        </Button>
      </h2>
      {problem !== null && (
        <p className="alerts-problem" role="alert">
          {t('contingencies_failed', { reason: problemWords(t, lang, problem) })}
        </p>
      )}
      {items.length === 0 && problem === null && <p className="contingencies-none quiet">{waiting ? t('value_waiting') : t('contingencies_none')}</p>}
      <ul className="contingencies-list">
        {inOrder(items).map((item) => (
          <Line key={item.contingency_id} item={item} {...{ nameOf, decides, onPick, reload }} />
        ))}
      </ul>
    </section>
  )
}

interface LineProps {
  readonly item: Contingency
  readonly nameOf: (aircraftId: string | null) => string
  readonly decides: boolean
  readonly onPick: Props['onPick']
  readonly reload: () => void
}

function Line({ item, nameOf, decides, onPick, reload }: LineProps) {
  const { t, lang } = useLook()
  const since = instant(item.declared_at ?? item.detected_at)
  const proposed = item.state === 'proposed'
  return (
    <li className="contingency" data-state={item.state}>
      <Button className="contingency-pick" onPress={() => onPick(item.plan_id, item.aircraft_id)}>
        <span className="contingency-state">{t(proposed ? 'contingency_proposed' : 'contingency_open')}</span>
        <strong>{nameOf(item.aircraft_id)}</strong>
        <span>{words(t, 'contingency_kind_', item.kind)}</span>
        {since !== null && <span className="quiet">{beijingTime(since)}</span>}
        <span className="contingency-does">{words(t, 'contingency_procedure_', item.procedure)}</span>
      </Button>
      <p className="alert-action">{words(t, 'contingency_advice_', item.recommended_action)}</p>
      {item.note != null && item.note !== '' && <p className="quiet">{item.note}</p>}
      {(item.affected ?? []).length > 0 && (
        <ul className="contingency-way" aria-label={t('contingency_way', { n: number(lang, item.affected!.length) })}>
          <li>{t('contingency_way', { n: number(lang, item.affected!.length) })}</li>
          {item.affected!.map((flight) => (
            <li key={flight.plan_id}>
              <Button className="link-button" onPress={() => onPick(flight.plan_id, flight.aircraft_id)}>
                {nameOf(flight.aircraft_id)}
              </Button>{' '}
              {words(t, 'contingency_action_', flight.recommended_action)}
              {flight.advisory_state != null && <span className="quiet"> · {words(t, 'contingency_told_', flight.advisory_state)}</span>}
            </li>
          ))}
        </ul>
      )}
      {decides && proposed && <Decide item={item} onDecided={reload} />}
      {decides && !proposed && item.action_list_id != null && (item.affected ?? []).length > 0 && (
        <ClearWay listId={item.action_list_id} nameOf={nameOf} onDone={reload} />
      )}
    </li>
  )
}

type Verdict = 'accept' | 'dismiss'

/** Accept or dismiss what the service found: what it means first, then the second press. */
function Decide({ item, onDecided }: { readonly item: Contingency; readonly onDecided: () => void }) {
  const { t, lang } = useLook()
  const [verdict, setVerdict] = useState<Verdict | null>(null)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [chosen, setChosen] = useState<Verdict>('accept')
  const send = async (wanted: Verdict, reason: string | null = null) => {
    setBusy(true)
    setChosen(wanted)
    const answer = await decideContingency(item.contingency_id, wanted, reason)
    setBusy(false)
    setVerdict(null)
    setProblem(answer.ok ? null : answer.problem)
    // Also after a failure: somebody else may have decided meanwhile.
    onDecided()
  }
  return (
    <>
      {verdict === null ? (
        <div className="decide-buttons">
          <Button className="quiet-button" onPress={() => setVerdict('accept')}>
            <Icon name="check" /> {t('contingency_accept')}
          </Button>
          <Button className="quiet-button" onPress={() => setVerdict('dismiss')}>
            <Icon name="close" /> {t('contingency_dismiss')}
          </Button>
        </div>
      ) : (
        <>
          <p role="status">{t(`contingency_${verdict}_effect`)}</p>
          <div className="decide-buttons">
            <Button className={`main-button ${verdict === 'dismiss' ? 'main-danger' : ''}`} isDisabled={busy} onPress={() => void send(verdict)}>
              {busy ? t('command_sending') : t(`contingency_${verdict}_confirm`)}
            </Button>
            <Button className="quiet-button" isDisabled={busy} onPress={() => setVerdict(null)} autoFocus>
              {t('command_cancel')}
            </Button>
          </div>
        </>
      )}
      {problem !== null && (
        <p className="decide-problem" role="alert">
          {t('contingency_undecided', { reason: problemWords(t, lang, problem) })}
        </p>
      )}
      <SupervisorReason problem={problem} busy={busy} onSend={(reason) => void send(chosen, reason)} />
    </>
  )
}

type Clearing =
  | { readonly phase: 'asked' }
  | { readonly phase: 'shown' | 'sending'; readonly actions: readonly ListedAction[]; readonly token: string; readonly reason: string | null; readonly left: number }
  | { readonly phase: 'under_way'; readonly n: number }
  | { readonly phase: 'failed'; readonly problem: Problem }

type Shown = Extract<Clearing, { readonly phase: 'shown' | 'sending' }>

/** Carry out the list of actions that clears the way: the first press shows every one, the second gives them. */
function ClearWay({ listId, nameOf, onDone }: { readonly listId: string; readonly nameOf: LineProps['nameOf']; readonly onDone: () => void }) {
  const { t, lang } = useLook()
  const [step, setStep] = useState<Clearing>({ phase: 'asked' })
  const ask = async (items: readonly string[] | null = null, reason: string | null = null, left = 0): Promise<void> => {
    const answer = await executeActions(listId, null, items, reason)
    if (answer.ok) return setStep({ phase: 'under_way', n: answer.value.items.length })
    const problem: ActionsProblem = answer.problem
    if (problem.code === 'confirmation_required' && problem.confirmation_token !== undefined)
      return setStep({ phase: 'shown', actions: problem.effects ?? [], token: problem.confirmation_token, reason, left })
    if (items === null && ownedByOther(problem)) {
      // Flights of other positions are left to them; what is one's own is asked about.
      const list = await getActionList(listId)
      const waiting = list.ok ? list.value.items.filter(({ state }) => state === 'proposed' || state === 'escalated') : []
      const own = waiting.filter(({ aircraft_id }) => !(problem.aircraft_ids ?? []).includes(aircraft_id))
      if (own.length > 0) return ask(own.map(({ item_id }) => item_id), null, waiting.length - own.length)
    }
    setStep({ phase: 'failed', problem })
  }
  const send = async ({ actions, token, reason, left }: Shown) => {
    setStep({ phase: 'sending', actions, token, reason, left })
    const answer = await executeActions(listId, token, actions.map(({ item_id }) => item_id), reason)
    setStep(answer.ok ? { phase: 'under_way', n: actions.length } : { phase: 'failed', problem: answer.problem })
    onDone()
  }
  if (step.phase === 'shown' || step.phase === 'sending') {
    return (
      <>
        <ul className="contingency-way" role="status">
          {step.actions.map((action) => (
            <li key={action.item_id}>
              <strong>{nameOf(action.aircraft_id)}</strong> {words(t, 'contingency_action_', action.action)}
            </li>
          ))}
          {step.left > 0 && <li className="quiet">{t('sectors_left_out', { n: number(lang, step.left) })}</li>}
        </ul>
        <div className="decide-buttons">
          <Button className="main-button main-danger" isDisabled={step.phase === 'sending'} onPress={() => void send(step)}>
            {step.phase === 'sending' ? t('command_sending') : t('contingency_clear_confirm', { n: number(lang, step.actions.length) })}
          </Button>
          <Button className="quiet-button" isDisabled={step.phase === 'sending'} onPress={() => setStep({ phase: 'asked' })}>
            {t('command_cancel')}
          </Button>
        </div>
      </>
    )
  }
  return (
    <>
      {step.phase === 'under_way' && <p role="status">{t('contingency_clear_under_way', { n: number(lang, step.n) })}</p>}
      {step.phase === 'failed' && (
        <p className="decide-problem" role="alert">
          {t('contingency_clear_failed', { reason: problemWords(t, lang, step.problem) })}
        </p>
      )}
      <SupervisorReason problem={step.phase === 'failed' ? step.problem : null} onSend={(reason) => void ask(null, reason)} />
      <div className="decide-buttons">
        <Button className="quiet-button" onPress={() => void ask()}>
          {t('contingency_clear')}
        </Button>
      </div>
    </>
  )
}
