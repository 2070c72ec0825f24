/** What each flight should do because of a zone: carried out one by one or together, and watched until seen done. */

import { useCallback, useEffect, useRef, useState } from 'react'
import { Button } from 'react-aria-components'
import { executeItems, getActionList, type ActionItem, type ActionList, type Asked } from '../../api/zones'
import type { Problem } from '../../api/types'
import type { Fleet } from '../../app/hooks'
import { useLook } from '../../app/look'
import { beijingTime, instant, number } from '../../i18n/format'
import { CommandMark } from '../../ui/CommandMark'
import { ownedByOther, SupervisorReason } from '../../panels/SupervisorReason'
import { problemWords } from '../../ui/problem'
import { actionWords } from './ImpactBox'

const EVERY_MS = 1_500

interface Props {
  readonly listId: string
  readonly name: string
  readonly decides: boolean
  readonly fleet: Fleet
  readonly onPlan: (planId: string) => void
}

interface Question {
  readonly items: readonly ActionItem[]
  readonly token: string
  readonly reason: string | null
  /** How many flights of other positions are left to them. */
  readonly left: number
}

const marks = { proposed: 'queued', executing: 'sent', confirmed: 'confirmed', escalated: 'timed_out', withdrawn: 'refused' } as const

export function ActionListBox({ listId, name, decides, fleet, onPlan }: Props) {
  const { t, lang } = useLook()
  const [list, setList] = useState<ActionList | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [refused, setRefused] = useState<Problem | null>(null)
  const [question, setQuestion] = useState<Question | null>(null)
  const [busy, setBusy] = useState(false)
  const reload = useRef<() => void>(() => {})
  const wanted = useRef<readonly ActionItem[]>([])
  const askRef = useRef<(items: readonly ActionItem[], reason: string | null, left: number) => Promise<void>>(async () => {})

  useEffect(() => {
    let current = true
    let timer: ReturnType<typeof setTimeout>
    const load = async () => {
      clearTimeout(timer)
      const answer = await getActionList(listId)
      if (!current) return
      if (answer.ok) setList(answer.value)
      setProblem(answer.ok ? null : answer.problem)
      clearTimeout(timer)
      timer = setTimeout(() => void load(), EVERY_MS)
    }
    reload.current = () => void load()
    void load()
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [listId])

  const ask = useCallback(
    async (items: readonly ActionItem[], reason: string | null = null, left = 0): Promise<void> => {
      setRefused(null)
      wanted.current = items
      const answer = await executeItems(listId, items.map(({ item_id }) => item_id), null, reason)
      if (answer.ok) return reload.current()
      const asked: Asked = answer.problem
      if (asked.code === 'confirmation_required' && asked.confirmation_token !== undefined) return setQuestion({ items, token: asked.confirmation_token, reason, left })
      const own = items.filter(({ aircraft_id }) => !(asked.aircraft_ids ?? []).includes(aircraft_id))
      if (ownedByOther(asked) && own.length > 0 && own.length < items.length) return askRef.current(own, null, items.length - own.length)
      setRefused(asked)
    },
    [listId],
  )
  askRef.current = ask
  const carryOut = async ({ items, token, reason }: Question) => {
    setBusy(true)
    const answer = await executeItems(listId, items.map(({ item_id }) => item_id), token, reason)
    setBusy(false)
    setQuestion(null)
    setRefused(answer.ok ? null : answer.problem)
    reload.current()
  }

  const items = list?.items ?? []
  const open = items.filter(({ state }) => state === 'proposed' || state === 'escalated')
  const nameOf = (item: ActionItem) => fleet.aircraft.get(item.aircraft_id)?.registration ?? item.plan_id
  return (
    <section className="zone-actions" aria-label={t('actions_title', { name })}>
      <h3>{t('actions_title', { name })}</h3>
      {problem !== null && <p className="decide-problem">{t('actions_read_failed', { reason: problemWords(t, lang, problem) })}</p>}
      <p role="status" className="quiet">
        {list !== null && (items.length === 0 ? t('actions_none') : t('actions_progress', { confirmed: number(lang, list.counts.confirmed), n: number(lang, items.length) }))}
      </p>
      {decides && open.length > 1 && question === null && (
        <Button className="main-button" onPress={() => void ask(open)}>
          {t('actions_all', { n: number(lang, open.length) })}
        </Button>
      )}
      {question !== null && (
        <div className="zone-question" data-escape-cancels="true" onKeyDown={(event) => event.key === 'Escape' && setQuestion(null)}>
          <p>{t('actions_effect')}</p>
          <ul>
            {question.items.slice(0, 20).map((item) => (
              <li key={item.item_id}>
                <strong>{nameOf(item)}</strong> {actionWords(t, item.action)}
              </li>
            ))}
            {question.left > 0 && <li className="quiet">{t('sectors_left_out', { n: number(lang, question.left) })}</li>}
            {question.items.length > 20 && <li className="quiet">{t('impact_more', { n: number(lang, question.items.length - 20) })}</li>}
          </ul>
          <div className="decide-buttons">
            <Button className="main-button main-danger" autoFocus isDisabled={busy} onPress={() => void carryOut(question)}>
              {t('actions_confirm', { n: number(lang, question.items.length) })}
            </Button>
            <Button className="quiet-button" isDisabled={busy} onPress={() => setQuestion(null)}>
              {t('decide_back')}
            </Button>
          </div>
        </div>
      )}
      {refused !== null && (
        <p className="decide-problem" role="alert">
          {t('actions_failed', { reason: problemWords(t, lang, refused) })}
        </p>
      )}
      <SupervisorReason problem={refused} busy={busy} onSend={(reason) => void ask(wanted.current, reason)} />
      <ul className="action-list">
        {items.map((item) => {
          const enters = instant(item.enters_at)
          const detail = lang === 'zh-CN' ? (item.detail_zh ?? item.detail) : item.detail
          return (
            <li key={item.item_id} className="action-item" data-state={item.state}>
              <span className="action-flight">
                <Button className="link-button" onPress={() => onPlan(item.plan_id)}>
                  {nameOf(item)}
                </Button>{' '}
                <span className="quiet">
                  {t(`impact_${item.flight}`)}
                  {enters !== null && <> · {t('impact_enters', { time: beijingTime(enters) })}</>}
                </span>
              </span>
              <strong>{actionWords(t, item.action)}</strong>
              <span className="action-state">
                <CommandMark standing={marks[item.state]} /> {t(`actions_state_${item.state}`)}
              </span>
              {decides && (item.state === 'proposed' || item.state === 'escalated') && question === null && (
                <Button className="quiet-button" onPress={() => void ask([item])}>
                  {t('actions_one')}
                </Button>
              )}
              {detail != null && item.state !== 'proposed' && <span className="quiet action-detail">{detail}</span>}
            </li>
          )
        })}
      </ul>
    </section>
  )
}
