/** Inspections: a template becomes flights, drawn before they are filed; and what flights yielded. */

import '../airspace/airspace.css'
import '../network/network.css'
import './inspection.css'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { Button, ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import { designInspection, type Inspection } from '../../api/inspections'
import type { FlightPlan, Problem } from '../../api/types'
import { useConsole } from '../../app/consoleContext'
import { useFleet } from '../../app/hooks'
import { useLook } from '../../app/look'
import { useDraftTool } from '../../app/useDraftTool'
import { useScene } from '../../app/useScene'
import { replaceParam } from '../../app/urlState'
import { begin, redo, step, undo, type History } from '../../draw/history'
import type { Shape } from '../../draw/shape'
import { boxOf } from '../../draw/zoneDraft'
import { instantField } from '../../fields/timeText'
import { emptyInspection, inspectionAsked, inspectionFaults, inspectionPreview, type InspectionDraft } from '../../inspection/inspectionDraft'
import { plannedFlight } from '../../plan/schedule'
import { problemWords } from '../../ui/problem'
import { ShapeBox } from '../airspace/ShapeBox'
import { InspectionForm, TemplateChoice } from './InspectionForm'
import { ResultsBox } from './ResultsBox'
import { YieldBox } from './YieldBox'

const tabs = ['new', 'results'] as const
type Tab = (typeof tabs)[number]

const insets = { left: 448, right: 0 }
const nothing: readonly GeoJSON.Feature[] = []
const SOON_MS = 2 * 3_600_000

export default function InspectionScreen() {
  const { session, airspace, feed } = useConsole()
  const { t, lang } = useLook()
  const fleet = useFleet(true)
  const designs = session.user.role === 'operator'
  const [tab, setTab] = useState<Tab>(() => (designs && new URLSearchParams(window.location.search).get('tab') !== 'results' ? 'new' : 'results'))
  const [history, setHistory] = useState<History<InspectionDraft>>(() => begin({ ...emptyInspection('area'), departs: instantField(feed.serverNowMs() + SOON_MS) }))
  const [drawing, setDrawing] = useState(false)
  const [found, setFound] = useState<Inspection | null>(null)
  const [chosen, setChosen] = useState<number | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(false)
  const [shown, setShown] = useState<FlightPlan | null>(null)
  const draft = history.present
  const faults = useMemo(() => inspectionFaults(draft), [draft])
  const preview = useMemo(() => (found === null ? nothing : inspectionPreview(found, chosen)), [found, chosen])
  const flight = useMemo(() => (shown === null ? null : plannedFlight(shown)), [shown])
  useEffect(() => {
    replaceParam('tab', tab === 'results' ? 'results' : null)
    setShown(null)
  }, [tab])

  const change = useCallback((next: InspectionDraft, join = false) => {
    setHistory((before) => step(before, next, join))
    // Another question: what was answered is not about it.
    setFound(null)
    setChosen(null)
    setProblem(null)
  }, [])
  const shape = useCallback((next: Shape, join = false) => {
    setHistory((before) => step(before, { ...before.present, shape: next }, join))
    setFound(null)
    setChosen(null)
  }, [])
  const finish = useCallback(() => setDrawing(false), [])
  const map = useScene({ insets, flight })
  const making = tab === 'new'
  const tool = useDraftTool(map, making, shape, finish)
  useEffect(() => {
    tool?.show(draft.shape, { drawing, editable: found === null, bad: false, others: preview })
  }, [draft.shape, drawing, found, preview, tool])

  const ask = async () => {
    setBusy(true)
    setDrawing(false)
    const answer = await designInspection(inspectionAsked(draft))
    setBusy(false)
    setFound(answer.ok ? answer.value : null)
    setChosen(null)
    setProblem(answer.ok ? null : answer.problem)
    const box = answer.ok ? boxOf(draft.shape) : null
    if (box !== null) map?.showBox(box)
  }
  return (
    <section className="side airspace network inspection" aria-label={t('inspection_title')}>
      <div className="side-head">
        <h1>{t('inspection_title')}</h1>
        <ToggleButtonGroup
          aria-label={t('inspection_title')}
          className="chips network-tabs"
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[tab]}
          onSelectionChange={(keys) => {
            const next = tabs.find((item) => keys.has(item))
            if (next !== undefined) setTab(next)
          }}
        >
          {(designs ? tabs : (['results'] as const)).map((item) => (
            <ToggleButton key={item} id={item} className="quiet-button chip-button">
              {t(item === 'new' ? 'inspection_new' : 'inspection_results')}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      </div>
      <div className="side-body">
        {tab === 'results' ? (
          <ResultsBox edits={designs} onShow={setShown} />
        ) : (
          <>
            <section className="zone-edit" aria-label={t('inspection_new')}>
              <TemplateChoice draft={draft} onChange={change} />
              <ShapeBox
                shape={draft.shape}
                kinds={[]}
                drawing={drawing}
                canUndo={history.past.length > 0}
                canRedo={history.future.length > 0}
                onShape={shape}
                onDrawing={setDrawing}
                onUndo={() => (setHistory(undo), setFound(null))}
                onRedo={() => (setHistory(redo), setFound(null))}
              />
              <InspectionForm draft={draft} sites={airspace.sites} aircraft={[...fleet.aircraft.values()]} onChange={change} />
              {faults.length > 0 && <p className="quiet">{faults.map((fault) => t(`inspection_fault_${fault}`)).join(' ')}</p>}
              {problem !== null && <Refused problem={problem} />}
              <Button className="main-button" isDisabled={busy || faults.length > 0} onPress={() => void ask()}>
                {t(busy ? 'network_busy' : 'inspection_preview')}
              </Button>
            </section>
            {found !== null && <YieldBox key={found.ends_at} found={found} chosen={chosen} onChoose={setChosen} onFiled={() => undefined} />}
          </>
        )}
      </div>
    </section>
  )

  function Refused({ problem: refused }: { readonly problem: Problem }) {
    const lines = (refused.errors ?? []).flatMap((item) => (lang === 'zh-CN' ? (item.detail_zh ?? item.detail) : item.detail) ?? [])
    return (
      <p className="decide-problem" role="alert">
        {lines.length === 0 ? problemWords(t, lang, refused) : lines.join(' ')}
      </p>
    )
  }
}
