/** The airspace editor: zones drawn on the map or typed, their impact before publishing, what flights must do after. */

import './airspace.css'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Button, Link } from 'react-aria-components'
import { getTemporary, type ImportedZone, type TemporaryZone, type ZoneVersion } from '../../api/zones'
import type { Zone } from '../../api/types'
import { useConsole } from '../../app/consoleContext'
import { useFleet } from '../../app/hooks'
import { useLook } from '../../app/look'
import { useShortcuts, type Command } from '../../app/shortcuts'
import { useScene } from '../../app/useScene'
import { begin, redo, step, undo, type History } from '../../draw/history'
import { previewBox, previewFeatures } from '../../draw/importPreview'
import type { Shape } from '../../draw/shape'
import { boxOf, draftOf, emptyDraft, faultsOf, type ZoneDraft } from '../../draw/zoneDraft'
import { localName, number } from '../../i18n/format'
import type { DraftTool } from '../../map/draftTool'
import type { Picked } from '../../map/cityMap'
import { Icon } from '../../ui/icons'
import { ActionListBox } from './ActionListBox'
import { HelicopterBox } from './HelicopterBox'
import { HistoryBox } from './HistoryBox'
import { ImpactBox } from './ImpactBox'
import { ImportBox } from './ImportBox'
import { PublishBox, type Published } from './PublishBox'
import { ShapeBox } from './ShapeBox'
import { UndoBox } from './UndoBox'
import { useImpact } from './useImpact'
import { ZoneForm } from './ZoneForm'
import { ZoneList } from './ZoneList'

type Mode = 'list' | 'edit' | 'helicopter' | 'import' | 'history'

const insets = { left: 448, right: 0 }
const nothing: readonly ImportedZone[] = []
const TEMPORARY_EVERY_MS = 10_000

export default function AirspaceScreen() {
  const { session, feed, now_ms, airspace, go } = useConsole()
  const { t, lang } = useLook()
  const fleet = useFleet(true)
  const lasting = session.user.role === 'regulator'
  const [mode, setMode] = useState<Mode>(() => (new URLSearchParams(window.location.search).get('do') === 'helicopter' ? 'helicopter' : 'list'))
  const [history, setHistory] = useState<History<ZoneDraft> | null>(null)
  const [drawing, setDrawing] = useState(false)
  const [published, setPublished] = useState<readonly Published[]>([])
  const [temporary, setTemporary] = useState<readonly TemporaryZone[]>([])
  const [actions, setActions] = useState<TemporaryZone | null>(null)
  const [toolMade, setToolMade] = useState(0)
  const [looked, setLooked] = useState<ZoneVersion | null>(null)
  const [preview, setPreview] = useState<readonly ImportedZone[]>(nothing)
  const lastField = useRef<string | null>(null)
  const tool = useRef<DraftTool | null>(null)
  const draft = history?.present ?? null
  const impact = useImpact(mode === 'edit' ? draft : null, now_ms)
  const faults = useMemo(() => (draft === null ? [] : faultsOf(draft, now_ms)), [draft, now_ms])

  const loadTemporary = useCallback(async () => {
    const answer = await getTemporary()
    if (answer.ok) setTemporary(answer.value.items)
  }, [])
  useEffect(() => {
    void loadTemporary()
    const timer = setInterval(() => void loadTemporary(), TEMPORARY_EVERY_MS)
    const off = feed.onMessage.on((message) => {
      if (message.topic === 'zones') void loadTemporary()
    })
    return () => {
      clearInterval(timer)
      off()
    }
  }, [feed, loadTemporary])

  const open = useCallback((next: ZoneDraft, draw: boolean) => {
    lastField.current = null
    setHistory(begin(next))
    setDrawing(draw)
    setActions(null)
    setMode('edit')
  }, [])
  const close = useCallback(() => {
    setHistory(null)
    setDrawing(false)
    setLooked(null)
    setPreview(nothing)
    setMode('list')
  }, [])
  const change = useCallback((part: Partial<ZoneDraft>, field?: string) => {
    const join = field !== undefined && lastField.current === field
    lastField.current = field ?? null
    setHistory((before) => (before === null ? null : step(before, { ...before.present, ...part }, join)))
  }, [])
  const shape = useCallback((next: Shape, join = false) => {
    lastField.current = null
    setHistory((before) => (before === null ? null : step(before, { ...before.present, shape: next }, join)))
  }, [])
  const back = useCallback(() => setHistory((before) => (before === null ? null : undo(before))), [])
  const forth = useCallback(() => setHistory((before) => (before === null ? null : redo(before))), [])

  const edit = useCallback(
    (zone: Zone) => {
      const made = draftOf(zone, now_ms)
      // A dispatcher cannot change a lasting zone: its shape becomes a temporary one of their own.
      const started = lasting ? made : { ...emptyDraft(true, 'polygon', now_ms), name: made.name, name_zh: made.name_zh, lower: made.lower, upper: made.upper, datum: made.datum, shape: made.shape }
      open(started, false)
    },
    [lasting, now_ms, open],
  )
  // A version of the past goes through the editor like any change: its impact is seen before it is published.
  const restore = useCallback(
    (version: ZoneVersion, present: Zone | null) => {
      open({ ...draftOf(version.feature, now_ms), zone_id: version.zone_id, version: present?.properties.version ?? null }, false)
      setLooked(null)
    },
    [now_ms, open],
  )
  const pick = useCallback(
    (picked: Picked | null) => {
      if (mode !== 'list' || picked?.kind !== 'zone') return
      const zone = airspace.zones.find(({ properties }) => (properties.zone_id ?? properties.name) === picked.zone_id)
      if (zone !== undefined) edit(zone)
    },
    [mode, airspace.zones, edit],
  )
  const map = useScene({ insets, onPick: pick, picked: draft?.zone_id == null ? null : { kind: 'zone', zone_id: draft.zone_id } })

  // The tool lives as long as something is being edited.
  const previewing = mode === 'import' && preview.length > 0
  const editing = mode === 'edit' || (mode === 'history' && looked !== null) || previewing
  useEffect(() => {
    if (map === null || !editing) return
    let dropped = false
    map.whenReady(() => {
      if (!dropped) tool.current = map.startDraft({ onShape: shape, onFinish: () => setDrawing(false) })
      setHistory((before) => (before === null ? null : { ...before }))
      setToolMade((before) => before + 1)
    })
    return () => {
      dropped = true
      tool.current = null
      map.endDraft()
    }
  }, [map, editing, shape])
  const bad = draft !== null && faults.some((fault) => fault === 'crossing')
  useEffect(() => {
    const past = mode === 'history' && looked !== null ? draftOf(looked.feature, 0).shape : null
    tool.current?.show(draft?.shape ?? past, { drawing, editable: draft !== null, bad, others: previewing ? previewFeatures(lang, preview) : [] })
    // The tool is made anew when looking begins.
  }, [history, draft, drawing, bad, mode, looked, previewing, preview, lang, toolMade])
  useEffect(() => {
    const box = looked === null ? null : boxOf(draftOf(looked.feature, 0).shape)
    if (box !== null) map?.showBox(box)
  }, [map, looked])
  const showAll = useCallback(
    (zones: readonly ImportedZone[]) => {
      const box = previewBox(zones)
      if (box !== null) map?.showBox(box)
    },
    [map],
  )
  useEffect(() => showAll(preview), [preview, showAll])
  const began = history !== null && history.past.length === 0
  useEffect(() => {
    const box = began && draft !== null ? boxOf(draft.shape) : null
    if (box !== null) map?.showBox(box)
    // Only when another draft is opened; not while it is being drawn.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [map, began])

  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (!editing || !(event.ctrlKey || event.metaKey) || event.altKey) return
      const key = event.key.toLowerCase()
      // In a text field these belong to the text.
      if (event.target instanceof HTMLElement && /^(INPUT|TEXTAREA)$/.test(event.target.tagName)) return
      if (key === 'z' && !event.shiftKey) back()
      else if (key === 'y' || (key === 'z' && event.shiftKey)) forth()
      else return
      event.preventDefault()
    }
    window.addEventListener('keydown', pressed)
    return () => window.removeEventListener('keydown', pressed)
  }, [editing, back, forth])
  const run = useCallback(
    (command: Command) => {
      if (command !== 'deselect') return false
      if (drawing) setDrawing(false)
      return true
    },
    [drawing],
  )
  useShortcuts(run)

  const done = (item: Published) => {
    setPublished((before) => [item, ...before])
    setActions(item.temporary)
    close()
    void loadTemporary()
  }
  const title =
    mode === 'helicopter'
      ? t('helicopter_title')
      : mode === 'history'
        ? t('history_all')
      : mode === 'import'
        ? t('import_title')
        : draft === null
          ? t('airspace_title')
          : draft.zone_id !== null
            ? t('airspace_title_change', { name: lang === 'zh-CN' && draft.name_zh !== '' ? draft.name_zh : draft.name, n: number(lang, draft.version ?? 1) })
            : t(draft.temporary ? 'airspace_title_temporary' : 'airspace_title_new')
  return (
    <section className="side airspace" aria-label={t('airspace_title')}>
      <div className="side-head">
        <h1>{title}</h1>
        {mode === 'list' ? (
          <div className="airspace-ways">
            <Button className="main-button" onPress={() => setMode('helicopter')}>
              {t('airspace_helicopter')}
            </Button>
            <Button className="quiet-button" onPress={() => open(emptyDraft(true, 'polygon', now_ms), true)}>
              {t('airspace_temporary')}
            </Button>
            <Button className="quiet-button" onPress={() => open(emptyDraft(false, 'polygon', now_ms), true)}>
              {t('airspace_new')}
            </Button>
            {lasting && (
              <Button className="quiet-button" onPress={() => setMode('import')}>
                <Icon name="upload" /> {t('airspace_import')}
              </Button>
            )}
            <Button className="quiet-button" onPress={() => setMode('history')}>
              <Icon name="replay" /> {t('history_open')}
            </Button>
            <Link className="quiet-button" href="/v1/zones/export?format=geojson" download="zones.geojson" target="_blank">
              <Icon name="download" /> {t('airspace_export')}
            </Link>
          </div>
        ) : (
          <Button className="icon-button" aria-label={t('airspace_close')} onPress={close}>
            <Icon name="close" />
          </Button>
        )}
      </div>
      <div className="side-body">
        {mode === 'list' && (
          <>
            <UndoBox published={published} onUndone={(item) => (setPublished((before) => before.filter((each) => each !== item)), setActions(null), void loadTemporary())} />
            {actions !== null && (
              <ActionListBox
                key={actions.action_list_id}
                listId={actions.action_list_id}
                name={localName(lang, actions.zone.properties)}
                decides={session.user.role === 'dispatcher'}
                fleet={fleet}
                onPlan={(plan) => go('live', { plan })}
              />
            )}
            <ZoneList zones={airspace.zones} temporary={temporary} lasting={lasting} onEdit={edit} onActions={setActions} onWithdrawn={() => void loadTemporary()} />
          </>
        )}
        {mode === 'history' && <HistoryBox zones={airspace.zones} publishes={lasting} onShow={setLooked} onRestore={restore} />}
        {mode === 'helicopter' && <HelicopterBox corridors={airspace.corridors} now_ms={now_ms} onDraft={(made) => open(made, false)} />}
        {mode === 'import' && <ImportBox publishes={lasting} onPreview={setPreview} onShow={(zone) => showAll([zone])} onPublished={() => void loadTemporary()} />}
        {mode === 'edit' && draft !== null && history !== null && (
          <div className="zone-edit">
            <ShapeBox
              shape={draft.shape}
              drawing={drawing}
              canUndo={history.past.length > 0}
              canRedo={history.future.length > 0}
              onShape={shape}
              onDrawing={setDrawing}
              onUndo={back}
              onRedo={forth}
            />
            <ZoneForm draft={draft} onChange={change} />
          </div>
        )}
      </div>
      {mode === 'edit' && draft !== null && (
        <div className="zone-foot">
          <ImpactBox impact={impact} fleet={fleet} />
          <PublishBox draft={draft} faults={faults} impact={impact} allowed={lasting || draft.temporary} onPublished={done} />
        </div>
      )}
    </section>
  )
}
