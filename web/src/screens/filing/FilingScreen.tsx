/** A plan from nothing: drawn or read from a file, checked with its reasons on the map, then filed and read back. */

import '../airspace/airspace.css'
import '../network/network.css'
import './filing.css'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Button } from 'react-aria-components'
import { getPlan } from '../../api/client'
import { checkPlan, filePlan } from '../../api/filing'
import type { FlightPlan, Problem } from '../../api/types'
import { useConsole } from '../../app/consoleContext'
import { useFleet } from '../../app/hooks'
import { useLook } from '../../app/look'
import { useDraftTool } from '../../app/useDraftTool'
import { useScene } from '../../app/useScene'
import { begin, redo, step, undo, type History } from '../../draw/history'
import type { Shape } from '../../draw/shape'
import { boxOf } from '../../draw/zoneDraft'
import { emptyPlan, planBody, planFaults, unfiled, type PlanDraft } from '../../filing/planDraft'
import { beijingDayTime, number } from '../../i18n/format'
import { keyFor } from '../../i18n/translate'
import type { Focus } from '../../map/focusDrawing'
import { plannedFlight } from '../../plan/schedule'
import { Icon } from '../../ui/icons'
import { problemWords } from '../../ui/problem'
import { LineBox } from '../network/LineBox'
import { Judgement } from './Judgement'
import { PlanForm } from './PlanForm'

type Outcome =
  | { readonly phase: 'idle' | 'checking' | 'filing' }
  | { readonly phase: 'judged'; readonly plan: FlightPlan; readonly filed: boolean }
  | { readonly phase: 'failed'; readonly problem: Problem }
  | { readonly phase: 'filed'; readonly plan_id: string; readonly seen: FlightPlan | null }

const insets = { left: 448, right: 0 }
const SOON_MS = 30 * 60_000
const none: readonly GeoJSON.Feature[] = []
/** The answer is what was asked for: it comes into view by itself. */
const intoView = (part: HTMLElement | null) => {
  part?.scrollIntoView({ block: 'start' })
}

export default function FilingScreen() {
  const { session, airspace, feed, go } = useConsole()
  const { t, lang } = useLook()
  const files = session.user.role === 'operator'
  const fleet = useFleet(true)
  const [history, setHistory] = useState<History<PlanDraft>>(() => begin(emptyPlan(beijingDayTime(feed.serverNowMs() + SOON_MS).slice(0, 16).replace(' ', 'T'))))
  const [drawing, setDrawing] = useState(true)
  const [outcome, setOutcome] = useState<Outcome>({ phase: 'idle' })
  const [focus, setFocus] = useState<Focus | null>(null)
  const lastField = useRef<string | null>(null)
  const draft = history.present
  const body = useMemo(() => planBody(draft), [draft])
  const faults = useMemo(() => planFaults(draft), [draft])
  // A firm is told of its own aircraft alone.
  const aircraft = useMemo(() => [...fleet.aircraft.values()].sort((a, b) => a.registration.localeCompare(b.registration)), [fleet.aircraft])
  // What was judged is the plan as it stood: a change makes it a new one.
  const change = useCallback((part: Partial<PlanDraft>, field?: string, join = false) => {
    const joined = join || (field !== undefined && lastField.current === field)
    lastField.current = field ?? null
    setOutcome({ phase: 'idle' })
    setHistory((before) => step(before, { ...before.present, ...part }, joined))
  }, [])
  const line: Shape = useMemo(() => ({ kind: 'corridor', points: draft.points, width_m: 10 }), [draft.points])
  const drawn = useCallback((shape: Shape, join = false) => shape.kind === 'corridor' && change({ points: shape.points }, undefined, join), [change])
  const finish = useCallback(() => setDrawing(false), [])
  const travel = (next: History<PlanDraft>) => {
    setOutcome({ phase: 'idle' })
    setHistory(next)
  }

  // Once judged the plan is drawn as any other, with what stands against it over it; to draw on takes it up again.
  const judged = outcome.phase === 'judged' && !drawing ? outcome.plan : null
  const flight = useMemo(() => (judged === null ? null : plannedFlight(judged)), [judged])
  const map = useScene({ insets, focus, flight })
  useEffect(() => {
    if (focus !== null) requestAnimationFrame(() => map?.showFocus())
  }, [map, focus])
  const tool = useDraftTool(map, true, drawn, finish)
  const filed = outcome.phase === 'filed'
  useEffect(() => {
    tool?.show(filed || flight !== null ? null : line, { drawing: drawing && !filed, editable: !filed, bad: false, others: none })
  }, [line, drawing, filed, flight, tool])
  const fitted = useRef(0)
  useEffect(() => {
    // A route that comes whole, from a file or typed, is brought into view.
    const box = draft.points.length > 1 && Math.abs(draft.points.length - fitted.current) > 1 ? boxOf(line) : null
    fitted.current = draft.points.length
    if (box !== null) map?.showBox(box)
  }, [map, line, draft.points.length])

  const check = async () => {
    if (body === null) return
    setOutcome({ phase: 'checking' })
    setDrawing(false)
    const answer = await checkPlan(body)
    setOutcome(answer.ok ? { phase: 'judged', plan: unfiled(body, answer.value), filed: false } : { phase: 'failed', problem: answer.problem })
  }
  const file = async () => {
    if (body === null) return
    setOutcome({ phase: 'filing' })
    const answer = await filePlan(body)
    if (answer.ok) return void shown(answer.value.plan_id)
    const decision = answer.problem.decision
    setOutcome(decision === undefined ? { phase: 'failed', problem: answer.problem } : { phase: 'judged', plan: unfiled(body, { decision } as FlightPlan), filed: true })
  }
  const shown = async (plan_id: string) => {
    // What was answered is not what is believed: what is read back is.
    const read = await getPlan(plan_id)
    setFocus(null)
    setOutcome({ phase: 'filed', plan_id, seen: read.ok ? read.value : null })
  }
  const stateWords = (plan: FlightPlan) => {
    const key = keyFor('plan_state_', plan.state)
    return key === null ? plan.state : t(key)
  }
  const busy = outcome.phase === 'checking' || outcome.phase === 'filing'
  const mayFile = files && outcome.phase === 'judged' && outcome.plan.decision?.outcome !== 'refused'
  return (
    <section className="side airspace network filing" aria-label={t('screen_filing')}>
      <div className="side-head">
        <h1>{t('screen_filing')}</h1>
      </div>
      <div className="side-body">
        {outcome.phase === 'filed' ? (
          <div className="zone-edit">
            <p role="status" className="decide-verified">
              <Icon name="check" /> {outcome.seen === null ? t('filing_unverified') : t('filing_filed', { state: stateWords(outcome.seen), n: number(lang, outcome.seen.version) })}
            </p>
            <div className="decide-buttons">
              <Button className="main-button" onPress={() => go('live', { plan: outcome.plan_id })}>
                {t('filing_open')}
              </Button>
              <Button className="quiet-button" onPress={() => setOutcome({ phase: 'idle' })}>
                {t('filing_again')}
              </Button>
            </div>
          </div>
        ) : (
          <div className="zone-edit">
            {!files && <p className="quiet">{t('filing_firms_only')}</p>}
            <PlanForm draft={draft} aircraft={aircraft} sites={airspace.sites} onChange={change} />
            <LineBox title={t('filing_route')} plain shape={line} drawing={drawing} canUndo={history.past.length > 0} canRedo={history.future.length > 0} onShape={drawn} onDrawing={setDrawing} onUndo={() => travel(undo(history))} onRedo={() => travel(redo(history))} />
            {outcome.phase === 'judged' && (
              <div ref={intoView} className="filing-judged">
                {outcome.filed && <p className="decide-problem">{t('filing_refused')}</p>}
                <Judgement key={outcome.plan.decision?.decided_at} plan={outcome.plan} fleet={fleet} files={files} onFocus={setFocus} onPlan={(plan_id) => void shown(plan_id)} />
              </div>
            )}
          </div>
        )}
      </div>
      {outcome.phase !== 'filed' && (
        <div className="zone-foot network-foot">
          {faults.length > 0 && (
            <ul className="zone-faults">
              {faults.map((fault) => (
                <li key={fault}>
                  <Icon name="fault" /> {t(`filing_fault_${fault}`)}
                </li>
              ))}
            </ul>
          )}
          {outcome.phase === 'failed' && (
            <p className="decide-problem" role="alert">
              {t('filing_failed', { reason: [problemWords(t, lang, outcome.problem), ...(outcome.problem.errors ?? []).flatMap((item) => (lang === 'zh-CN' ? (item.detail_zh ?? item.detail) : item.detail) ?? [])].join(' ') })}
            </p>
          )}
          <div className="decide-buttons">
            <Button className={mayFile ? 'quiet-button' : 'main-button'} isDisabled={body === null || busy} onPress={() => void check()}>
              {t(outcome.phase === 'checking' ? 'filing_checking' : 'filing_check')}
            </Button>
            {files && (
              <Button className={mayFile ? 'main-button' : 'quiet-button'} isDisabled={!mayFile || busy} onPress={() => void file()}>
                {t('filing_file_it')}
              </Button>
            )}
          </div>
          <p className="quiet">{t('filing_dry')}</p>
        </div>
      )}
    </section>
  )
}
