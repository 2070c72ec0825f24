/** Approvals: what waits for a decision, what is due first on top, drawn on the map; clean ones accepted together. */

import './approvals.css'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import type { DecisionReason } from '../../api/types'
import { pressing, standingOf, type QueueItem } from '../../approvals/queue'
import { useConsole } from '../../app/consoleContext'
import { useFleet, usePlan } from '../../app/hooks'
import { useLook } from '../../app/look'
import { useShortcuts, type Command } from '../../app/shortcuts'
import { replaceParam } from '../../app/urlState'
import { useApprovals } from '../../app/useApprovals'
import { useOthers } from '../../app/useOther'
import { useScene } from '../../app/useScene'
import { number } from '../../i18n/format'
import type { Focus } from '../../map/focusDrawing'
import { PlanPanel } from '../../panels/PlanPanel'
import { conflictsFocus } from '../../plan/reasonFocus'
import { problemWords } from '../../ui/problem'
import { BulkBar } from './BulkBar'
import { QueueRow } from './QueueRow'

const filters = ['all', 'plan', 'release', 'standing_approval', 'clean', 'blocked'] as const
type Filter = (typeof filters)[number]

const filterKey = (filter: Filter) =>
  filter === 'all' || filter === 'clean' || filter === 'blocked' ? (`approvals_filter_${filter}` as const) : (`approvals_kind_${filter}` as const)

const firstFilter = (): Filter => filters.find((item) => item === new URLSearchParams(window.location.search).get('show')) ?? 'all'

const besideQueue = { left: 448, right: 0 }
const besideBoth = { left: 448, right: 368 }
const noReasons: readonly DecisionReason[] = []
/** So many conflicts of one plan are searched for and drawn at most. */
const MOST_DRAWN = 8

/** The same list as before for as long as it says the same. */
function useSame<T>(value: T): T {
  const [kept, setKept] = useState(value)
  const same = JSON.stringify(kept) === JSON.stringify(value)
  useEffect(() => {
    if (!same) setKept(value)
  }, [same, value])
  return same ? kept : value
}

export default function ApprovalsScreen() {
  const { session, feed, now_ms, airspace, go } = useConsole()
  const { t, lang } = useLook()
  const { items, checks, problem, waiting, reload } = useApprovals(feed)
  const fleet = useFleet(true)
  const [filter, setFilter] = useState<Filter>(firstFilter)
  const [selected, setSelected] = useState<string | null>(() => new URLSearchParams(window.location.search).get('item'))
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set())
  const [panelFocus, setPanelFocus] = useState<Focus | null>(null)
  const [panel, setPanel] = useState(false)
  const { role } = session.user

  const standing = useCallback((item: QueueItem) => standingOf(item, checks.get(item.id)), [checks])
  const shown = useMemo(
    () => items.filter((item) => filter === 'all' || item.kind === filter || standing(item) === filter),
    [items, filter, standing],
  )
  const item = items.find(({ id }) => id === selected) ?? null
  const plan = usePlan(feed, item?.plan_id ?? null)
  const check = item === null ? undefined : checks.get(item.id)
  // What refuses it now, else what it waits for; what was judged anew with the same result is not searched for anew.
  const against = useSame(
    useMemo(() => {
      const refusing = check?.phase === 'judged' ? check.refusing : noReasons
      return (refusing.length > 0 ? refusing : (item?.reasons ?? noReasons).filter(({ severity }) => severity === 'pending')).slice(0, MOST_DRAWN)
    }, [check, item]),
  )
  const [drawn, setDrawn] = useState(0)
  useEffect(() => setDrawn(0), [selected])
  const chosen = Math.min(drawn, against.length - 1)
  const others = useOthers(plan.flight, against)
  const conflict = useMemo(
    () =>
      plan.flight === null
        ? null
        : conflictsFocus(
            plan.flight,
            against.map((reason, nth) => ({ reason, other: others[nth]?.plan ?? null, closest: others[nth]?.closest ?? null })),
            chosen,
          ),
    [plan.flight, against, others, chosen],
  )
  const map = useScene({
    picked: item?.plan_id == null ? null : { kind: 'plan', plan_id: item.plan_id },
    flight: plan.flight,
    focus: panelFocus ?? conflict,
    insets: panel ? besideBoth : besideQueue,
    onPick: (picked) => {
      const found = picked?.kind === 'plan' ? items.find(({ plan_id }) => plan_id === picked.plan_id) : undefined
      if (found !== undefined) setSelected(found.id)
    },
  })

  useEffect(() => replaceParam('item', selected), [selected])
  useEffect(() => replaceParam('show', filter === 'all' ? null : filter), [filter])
  const settled = plan.flight?.plan.plan_id === item?.plan_id && others.every((other) => other?.phase !== 'searching')
  useEffect(() => {
    if (settled && item !== null) requestAnimationFrame(() => map?.showFocus())
  }, [map, settled, item?.id])

  const run = useCallback(
    (command: Command) => {
      if (command === 'deselect') {
        setSelected(null)
        setPanel(false)
        return true
      }
      if (command !== 'next' && command !== 'previous') return false
      const at = shown.findIndex(({ id }) => id === selected)
      const to = command === 'next' ? at + 1 : at === -1 ? shown.length - 1 : at - 1
      setSelected(shown[(to + shown.length) % Math.max(1, shown.length)]?.id ?? null)
      return true
    },
    [shown, selected],
  )
  useShortcuts(run)

  const mark = useCallback((id: string, on: boolean) => {
    setMarked((before) => {
      const next = new Set(before)
      if (on) next.add(id)
      else next.delete(id)
      return next
    })
  }, [])
  const clean = useMemo(() => shown.filter((each) => each.kind === 'plan' && standing(each) === 'clean'), [shown, standing])
  const together = useMemo(() => clean.filter(({ id }) => marked.has(id)), [clean, marked])
  const overdue = items.filter(({ due_ms }) => pressing(due_ms, now_ms) === 'over').length
  const showFocus = useCallback(() => requestAnimationFrame(() => map?.showFocus()), [map])
  const close = useCallback(() => setPanel(false), [])
  const openPlan = useCallback((plan_id: string) => go('live', { plan: plan_id }), [go])

  return (
    <>
      <section className="side approvals" aria-label={t('approvals_title')}>
        <div className="side-head">
          <h1>{t('approvals_title')}</h1>
          <p className="quiet" role="status">
            {waiting ? t('value_waiting') : t('approvals_count', { n: number(lang, items.length) })}
          </p>
          {overdue > 0 && <p className="approvals-overdue">{t('approvals_overdue', { n: number(lang, overdue) })}</p>}
          <ToggleButtonGroup
            className="chips"
            aria-label={t('approvals_filter')}
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[filter]}
            onSelectionChange={(keys) => setFilter(filters.find((each) => keys.has(each)) ?? 'all')}
          >
            {filters.map((each) => (
              <ToggleButton key={each} id={each} className="quiet-button chip-button">
                {t(filterKey(each))}
              </ToggleButton>
            ))}
          </ToggleButtonGroup>
        </div>
        {problem !== null && (
          <p className="plans-problem" role="alert">
            {t('approvals_failed', { reason: problemWords(t, lang, problem) })}
          </p>
        )}
        <BulkBar clean={clean} chosen={together} onMark={mark} onDone={reload} />
        <div className="side-body">
          {!waiting && items.length === 0 && problem === null && <p className="quiet plans-none">{t('approvals_none')}</p>}
          <ul className="approvals-list" aria-label={t('approvals_title')}>
            {shown.map((each) => (
              <QueueRow
                key={each.id}
                item={each}
                check={checks.get(each.id)}
                fleet={fleet}
                now_ms={now_ms}
                role={role}
                chosen={each.id === selected}
                marked={marked.has(each.id)}
                flight={each.id === selected ? plan.flight : null}
                onMark={mark}
                onPick={(id) => {
                  setSelected((before) => (before === id ? null : id))
                  setPanel(false)
                }}
                onDetails={() => setPanel(true)}
                against={each.id === selected ? against : noReasons}
                drawn={chosen}
                onDraw={setDrawn}
                onFocus={setPanelFocus}
                onDone={reload}
              />
            ))}
          </ul>
          {items.length > 0 && selected === null && <p className="note approvals-note">{t('approvals_reading')}</p>}
        </div>
      </section>
      {panel && item?.plan_id != null && (
        <PlanPanel
          planId={item.plan_id}
          plan={plan}
          fleet={fleet}
          zones={airspace.zones}
          sites={airspace.sites}
          role="operator" // The decision is taken in the queue.
          onFocus={setPanelFocus}
          onShow={showFocus}
          onPlan={openPlan}
          onClose={close}
        />
      )}
    </>
  )
}
