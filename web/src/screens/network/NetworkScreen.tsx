/** The network: sites and corridors drawn or typed, as files, the people under it, and what a way over them means. */

import '../airspace/airspace.css'
import './network.css'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Button, ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import { getNetworkCorridors, getNetworkSites, putCorridor, putSite, withdrawCorridor, withdrawSite, type NetworkCorridor, type NetworkSite } from '../../api/network'
import type { Problem } from '../../api/types'
import { useConsole } from '../../app/consoleContext'
import { useFleet } from '../../app/hooks'
import { useLook } from '../../app/look'
import { useDraftTool } from '../../app/useDraftTool'
import { useScene } from '../../app/useScene'
import { replaceParam } from '../../app/urlState'
import { begin, redo, step, undo, type History } from '../../draw/history'
import type { Shape } from '../../draw/shape'
import { boxOf } from '../../draw/zoneDraft'
import { localName, number } from '../../i18n/format'
import type { Picked } from '../../map/cityMap'
import type { Focus } from '../../map/focusDrawing'
import { corridorDraftOf, corridorFaults, corridorFeature, emptyCorridor, type CorridorDraft } from '../../network/corridorDraft'
import { emptySite, siteDraftOf, siteFaults, siteFeature, type SiteDraft } from '../../network/siteDraft'
import { problemWords } from '../../ui/problem'
import { Icon } from '../../ui/icons'
import { CorridorForm } from './CorridorForm'
import { NetworkFileBox } from './NetworkFileBox'
import { CorridorList, SiteList } from './NetworkLists'
import { Question, Said } from './parts'
import { PeopleBox } from './PeopleBox'
import { RouteBox } from './RouteBox'
import { RulesBox } from './RulesBox'
import { LineBox } from './LineBox'
import { SiteForm } from './SiteForm'

const tabs = ['sites', 'corridors', 'people', 'ways', 'rules', 'files'] as const
type Tab = (typeof tabs)[number]

type Draft = { readonly kind: 'site'; readonly of: SiteDraft } | { readonly kind: 'corridor'; readonly of: CorridorDraft }
type Outcome =
  | { readonly phase: 'idle' | 'asked' | 'leaving' | 'busy' }
  | { readonly phase: 'failed'; readonly problem: Problem }
  | { readonly phase: 'done'; readonly name: string; readonly flights: number; readonly gone: boolean; readonly seen: boolean }

const insets = { left: 448, right: 0 }
const nothing: readonly GeoJSON.Feature[] = []

const idOf = (draft: Draft) => (draft.kind === 'site' ? draft.of.site_id : draft.of.corridor_id)
const faultsOf = (draft: Draft) => (draft.kind === 'site' ? siteFaults(draft.of) : corridorFaults(draft.of))

export default function NetworkScreen() {
  const { session, airspace } = useConsole()
  const { t, lang } = useLook()
  const fleet = useFleet(true)
  const { role } = session.user
  const may = { site: role === 'dispatcher' || role === 'regulator', corridor: role === 'regulator', people: role === 'regulator' }
  const [tab, setTab] = useState<Tab>(() => tabs.find((item) => item === new URLSearchParams(window.location.search).get('tab')) ?? 'sites')
  const [sites, setSites] = useState<readonly NetworkSite[]>([])
  const [corridors, setCorridors] = useState<readonly NetworkCorridor[]>([])
  const [unread, setUnread] = useState<Problem | null>(null)
  const [history, setHistory] = useState<History<Draft> | null>(null)
  const [drawing, setDrawing] = useState(false)
  const [outcome, setOutcome] = useState<Outcome>({ phase: 'idle' })
  const [preview, setPreview] = useState<readonly GeoJSON.Feature[]>(nothing)
  const [focus, setFocus] = useState<Focus | null>(null)
  const lastField = useRef<string | null>(null)
  const draft = history?.present ?? null
  const faults = useMemo(() => (draft === null ? [] : faultsOf(draft)), [draft])

  const load = useCallback(async () => {
    const [readSites, readCorridors] = await Promise.all([getNetworkSites(), getNetworkCorridors()])
    if (readSites.ok) setSites(readSites.value.items)
    if (readCorridors.ok) setCorridors(readCorridors.value.items)
    const failed = [readSites, readCorridors].find((answer) => !answer.ok)
    setUnread(failed === undefined || failed.ok ? null : failed.problem)
    return readSites.ok && readCorridors.ok ? { sites: readSites.value.items, corridors: readCorridors.value.items } : null
  }, [])
  // Read again whenever the airspace is: a colleague published something.
  useEffect(() => void load(), [load, airspace.sites, airspace.corridors])
  useEffect(() => {
    replaceParam('tab', tab === 'sites' ? null : tab)
    setFocus(null)
    setPreview(nothing)
  }, [tab])

  const open = useCallback((next: Draft, draw: boolean) => {
    lastField.current = null
    setHistory(begin(next))
    setDrawing(draw)
    setOutcome({ phase: 'idle' })
  }, [])
  const close = useCallback(() => {
    setHistory(null)
    setDrawing(false)
  }, [])
  const change = useCallback((part: Partial<SiteDraft> | Partial<CorridorDraft>, field?: string, join = false) => {
    const joined = join || (field !== undefined && lastField.current === field)
    lastField.current = field ?? null
    setOutcome({ phase: 'idle' })
    setHistory((before) => (before === null ? null : step(before, { ...before.present, of: { ...before.present.of, ...part } } as Draft, joined)))
  }, [])
  const shape = useCallback((next: Shape, join = false) => change({ shape: next }, undefined, join), [change])
  const finish = useCallback(() => setDrawing(false), [])

  const pick = useCallback(
    (picked: Picked | null) => {
      if (draft !== null || tab !== 'sites' || picked?.kind !== 'site' || !may.site) return
      const found = sites.find(({ properties }) => properties.site_id === picked.site_id)
      if (found !== undefined) open({ kind: 'site', of: siteDraftOf(found) }, false)
    },
    [draft, tab, may.site, sites, open],
  )
  const map = useScene({ insets, focus, onPick: pick, picked: draft?.kind === 'site' && draft.of.version !== null ? { kind: 'site', site_id: draft.of.site_id } : null })
  useEffect(() => {
    if (focus !== null) requestAnimationFrame(() => map?.showFocus())
  }, [map, focus])

  const editing = draft !== null || preview.length > 0
  const tool = useDraftTool(map, editing, shape, finish)
  useEffect(() => {
    tool?.show(draft?.of.shape ?? null, { drawing, editable: draft !== null, bad: false, others: preview })
  }, [draft, drawing, preview, tool])
  const began = history !== null && history.past.length === 0
  useEffect(() => {
    const box = began && draft !== null ? boxOf(draft.of.shape) : null
    if (box !== null) map?.showBox(box)
    // Only when another draft is opened; not while it is being drawn.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [map, began])

  const publish = async (made: Draft) => {
    setOutcome({ phase: 'busy' })
    const id = idOf(made)
    const answer = made.kind === 'site' ? await putSite(id, siteFeature(made.of), made.of.version) : await putCorridor(id, corridorFeature(made.of), made.of.version)
    if (!answer.ok) return setOutcome({ phase: 'failed', problem: answer.problem })
    const read = await load()
    // What was sent is not what is believed: what is read back, in that version, is.
    const seen = [...(read?.sites ?? []), ...(read?.corridors ?? [])].some((item) => item.version === answer.value.version && ('site_id' in item.properties ? item.properties.site_id : item.properties.corridor_id) === id)
    setOutcome({ phase: 'done', name: localName(lang, answer.value.properties), flights: answer.value.plan_ids.length, gone: false, seen })
    close()
  }
  const withdraw = async (made: Draft) => {
    setOutcome({ phase: 'busy' })
    const id = idOf(made)
    const answer = made.kind === 'site' ? await withdrawSite(id, made.of.version) : await withdrawCorridor(id, made.of.version)
    if (!answer.ok) return setOutcome({ phase: 'failed', problem: answer.problem })
    const read = await load()
    const still = [...(read?.sites ?? []), ...(read?.corridors ?? [])].some((item) => ('site_id' in item.properties ? item.properties.site_id : item.properties.corridor_id) === id)
    setOutcome({ phase: 'done', name: localName(lang, made.of), flights: 0, gone: true, seen: read !== null && !still })
    close()
  }

  const title = draft === null ? t('network_title') : draft.of.version === null ? t(draft.kind === 'site' ? 'network_new_site' : 'network_new_corridor') : t('network_change', { name: localName(lang, draft.of), n: number(lang, draft.of.version) })
  return (
    <section className="side airspace network" aria-label={t('network_title')}>
      <div className="side-head">
        <h1>{title}</h1>
        {draft === null ? (
          <ToggleButtonGroup
            aria-label={t('network_title')}
            className="chips network-tabs"
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[tab]}
            onSelectionChange={(keys) => {
              const next = tabs.find((item) => keys.has(item))
              if (next !== undefined) setTab(next)
            }}
          >
            {tabs.map((item) => (
              <ToggleButton key={item} id={item} className="quiet-button chip-button">
                {t(`network_${item}`)}
              </ToggleButton>
            ))}
          </ToggleButtonGroup>
        ) : (
          <Button className="icon-button" aria-label={t('airspace_close')} onPress={close}>
            <Icon name="close" />
          </Button>
        )}
      </div>
      <div className="side-body">
        {unread !== null && <p className="decide-problem network-note">{problemWords(t, lang, unread)}</p>}
        {outcome.phase === 'done' && (
          <div className="network-note">
            <Said good={outcome.seen}>
              {!outcome.seen ? t('network_unverified', { n: 1 }) : outcome.gone ? t('network_withdrawn_done', { name: outcome.name }) : t('network_published', { name: outcome.name, n: number(lang, outcome.flights) })}
            </Said>
          </div>
        )}
        {draft === null && tab === 'sites' && <SiteList sites={sites} edits={may.site} onNew={() => open({ kind: 'site', of: emptySite() }, true)} onEdit={(item) => open({ kind: 'site', of: siteDraftOf(item) }, false)} />}
        {draft === null && tab === 'corridors' && <CorridorList corridors={corridors} edits={may.corridor} onNew={() => open({ kind: 'corridor', of: emptyCorridor() }, true)} onEdit={(item) => open({ kind: 'corridor', of: corridorDraftOf(item) }, false)} />}
        {draft === null && tab === 'people' && <PeopleBox map={map} changes={may.people} />}
        {draft === null && tab === 'rules' && <RulesBox edits={may.people} />}
        {draft === null && tab === 'ways' && <RouteBox sites={airspace.sites} onFocus={setFocus} />}
        {draft === null && tab === 'files' && <NetworkFileBox changes={may.corridor} onPreview={setPreview} onPublished={() => void load()} />}
        {draft !== null && history !== null && (
          <div className="zone-edit">
            <LineBox
              shape={draft.of.shape}
              drawing={drawing}
              canUndo={history.past.length > 0}
              canRedo={history.future.length > 0}
              onShape={shape}
              onDrawing={setDrawing}
              onUndo={() => setHistory(undo(history))}
              onRedo={() => setHistory(redo(history))}
            />
            {draft.kind === 'site' ? <SiteForm draft={draft.of} operators={[...fleet.operators.values()]} onChange={change} /> : <CorridorForm draft={draft.of} onChange={change} />}
          </div>
        )}
      </div>
      {draft !== null && (
        <div className="zone-foot network-foot">
          {faults.length > 0 && (
            <ul className="zone-faults">
              {faults.map((fault) => (
                <li key={fault}>
                  <Icon name="fault" /> {t(`network_fault_${fault}`)}
                </li>
              ))}
            </ul>
          )}
          {outcome.phase === 'failed' && <Refused problem={outcome.problem} />}
          {outcome.phase === 'asked' || outcome.phase === 'leaving' || outcome.phase === 'busy' ? (
            <Question
              effect={t(outcome.phase === 'leaving' ? 'network_withdraw_effect' : draft.kind === 'site' ? 'network_site_effect' : 'network_corridor_effect')}
              yes={t(outcome.phase === 'leaving' ? 'network_withdraw' : 'network_publish')}
              busy={outcome.phase === 'busy'}
              onYes={() => void (outcome.phase === 'leaving' ? withdraw(draft) : publish(draft))}
              onNo={() => setOutcome({ phase: 'idle' })}
            />
          ) : (
            <div className="decide-buttons">
              <Button className="main-button" isDisabled={faults.length > 0} onPress={() => setOutcome({ phase: 'asked' })}>
                {t('network_publish')}
              </Button>
              {draft.of.version !== null && (
                <Button className="quiet-button" onPress={() => setOutcome({ phase: 'leaving' })}>
                  {t('network_withdraw')}
                </Button>
              )}
            </div>
          )}
        </div>
      )}
    </section>
  )
}

function Refused({ problem }: { readonly problem: Problem }) {
  const { t, lang } = useLook()
  const lines = (problem.errors ?? []).flatMap((item) => (lang === 'zh-CN' ? (item.detail_zh ?? item.detail) : item.detail) ?? [])
  return <Said good={false}>{t('network_failed', { reason: lines.length === 0 ? problemWords(t, lang, problem) : lines.join(' ') })}</Said>
}
