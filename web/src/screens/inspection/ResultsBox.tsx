/** Inspection flights and what they yielded: where each result is kept, added and taken away. */

import { useCallback, useEffect, useState } from 'react'
import { Button } from 'react-aria-components'
import { getPlans } from '../../api/client'
import { addResult, getResults, removeResult, resultKinds, type FlightResult, type ResultKind } from '../../api/inspections'
import type { FlightPlan, Problem } from '../../api/types'
import { useFleet } from '../../app/hooks'
import { useLook } from '../../app/look'
import { instant, number } from '../../i18n/format'
import { keyFor } from '../../i18n/translate'
import { inspectionOperations, resultBody } from '../../inspection/results'
import { Row, Time } from '../../panels/Drawer'
import { Ask } from '../../ui/Ask'
import { problemWords } from '../../ui/problem'
import { Choice } from '../airspace/ZoneForm'
import { Said, Text } from '../network/parts'

interface Props {
  readonly edits: boolean
  readonly onShow: (plan: FlightPlan | null) => void
}

const PAGES = 5

export function ResultsBox({ edits, onShow }: Props) {
  const { t, lang } = useLook()
  const fleet = useFleet(true)
  const [plans, setPlans] = useState<readonly FlightPlan[] | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [open, setOpen] = useState<string | null>(null)
  useEffect(() => {
    let current = true
    void (async () => {
      const found: FlightPlan[] = []
      let cursor: string | null = null
      for (let page = 0; page < PAGES; page++) {
        const answer = await getPlans([], cursor)
        if (!current) return
        if (!answer.ok) return setProblem(answer.problem)
        found.push(...answer.value.items.filter(({ operation_type }) => inspectionOperations.includes(operation_type ?? '')))
        cursor = answer.value.next_cursor ?? null
        if (cursor === null) break
      }
      setPlans(found)
    })()
    return () => {
      current = false
    }
  }, [])
  const show = (plan: FlightPlan) => {
    const next = open === plan.plan_id ? null : plan
    setOpen(next?.plan_id ?? null)
    onShow(next)
  }
  const words = (prefix: 'operation_' | 'plan_state_', name: string) => {
    const key = keyFor(prefix, name)
    return key === null ? name : t(key)
  }
  return (
    <section className="zone-edit" aria-label={t('inspection_results')}>
      {problem !== null && <p className="decide-problem">{problemWords(t, lang, problem)}</p>}
      {plans === null && problem === null && <p className="quiet">{t('value_waiting')}</p>}
      {plans !== null && plans.length === 0 && <p className="quiet">{t('inspection_none')}</p>}
      <ul className="network-list">
        {(plans ?? []).map((plan) => {
          const at = instant(plan.departure_at)
          return (
            <li key={plan.plan_id}>
              <Button className="inspection-flight" aria-expanded={open === plan.plan_id} onPress={() => show(plan)}>
                <strong>{fleet.aircraft.get(plan.aircraft_id ?? '')?.registration ?? plan.aircraft_id}</strong>
                <span>{at === null ? '—' : <Time at={at} day />}</span>
                <span>{words('operation_', plan.operation_type ?? '')}</span>
                <span>{words('plan_state_', plan.state)}</span>
              </Button>
              {open === plan.plan_id && <Results plan={plan} edits={edits} />}
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function Results({ plan, edits }: { readonly plan: FlightPlan; readonly edits: boolean }) {
  const { t, lang } = useLook()
  const [items, setItems] = useState<readonly FlightResult[] | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [fields, setFields] = useState<{ readonly kind: ResultKind; readonly url: string; readonly sha256: string; readonly note: string }>({ kind: 'images', url: '', sha256: '', note: '' })
  const [busy, setBusy] = useState(false)
  const load = useCallback(async () => {
    const answer = await getResults(plan.plan_id)
    if (answer.ok) setItems(answer.value.items)
    setProblem(answer.ok ? null : answer.problem)
  }, [plan.plan_id])
  useEffect(() => void load(), [load])
  const body = resultBody(fields)
  const kindName = (kind: string) => {
    const key = keyFor('result_', kind)
    return key === null ? kind : t(key)
  }
  const act = async (work: Promise<{ readonly ok: true } | { readonly ok: false; readonly problem: Problem }>) => {
    setBusy(true)
    const answer = await work
    setBusy(false)
    if (!answer.ok) return setProblem(answer.problem)
    setFields({ ...fields, url: '', sha256: '', note: '' })
    await load()
  }
  return (
    <div className="inspection-results">
      {problem !== null && <Said good={false}>{[problemWords(t, lang, problem), ...(problem.errors ?? []).map((item) => (lang === 'zh-CN' ? (item.detail_zh ?? item.detail) : item.detail))].join(' ')}</Said>}
      {items !== null && items.length === 0 && <p className="quiet">{t('results_none')}</p>}
      {(items ?? []).map((item) => {
        const at = instant(item.added_at)
        return (
          <div key={item.result_id} className="inspection-result">
            <dl>
              <Row name={kindName(item.kind)}>
                <span className="mono inspection-url">{item.url}</span>
              </Row>
              {item.sha256 !== null && (
                <Row name="SHA-256">
                  <span className="mono shortened" title={item.sha256}>
                    {item.sha256}
                  </span>
                </Row>
              )}
              {item.size_bytes !== null && <Row name={t('results_size')}>{t('results_mb', { n: number(lang, item.size_bytes / 1e6, 1) })}</Row>}
              {item.note !== null && <Row name={t('results_note')}>{item.note}</Row>}
              <Row name={t('results_added')}>{at === null ? null : <Time at={at} day />}</Row>
            </dl>
            {edits && (
              <Ask icon="trash" label={t('results_remove', { name: item.url })} effect={t('results_remove_effect')} busy={busy} onDo={() => void act(removeResult(plan.plan_id, item.result_id))} />
            )}
          </div>
        )
      })}
      {edits && plan.activated_at != null && (
        <fieldset className="zone-group">
          <legend>{t('results_add')}</legend>
          <div className="zone-grid">
            <Choice label={t('results_kind')} value={fields.kind} options={resultKinds.map((item) => [item, kindName(item)] as const)} onChange={(kind) => setFields({ ...fields, kind })} />
            <Text label={t('results_url')} value={fields.url} onChange={(url) => setFields({ ...fields, url })} />
            <Text label="SHA-256" value={fields.sha256} onChange={(sha256) => setFields({ ...fields, sha256 })} />
            <Text label={t('results_note')} value={fields.note} onChange={(note) => setFields({ ...fields, note })} />
          </div>
          <p className="quiet">{t('results_help')}</p>
          <Button className="main-button" isDisabled={busy || body === null} onPress={() => body !== null && void act(addResult(plan.plan_id, body))}>
            {t('results_add')}
          </Button>
        </fieldset>
      )}
      {edits && plan.activated_at == null && <p className="quiet">{t('results_not_begun')}</p>}
    </div>
  )
}
