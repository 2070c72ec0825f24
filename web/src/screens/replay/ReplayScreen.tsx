/** Replay: any recorded minute on the same map, with what was wrong then, distances, bookmarks and incidents. */

import { useCallback, useEffect, useMemo, useState, type FormEvent } from 'react'
import { Button, Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { getPastAlerts, getRange, type PastAlert, type RecordedRange } from '../../api/replay'
import type { Problem } from '../../api/types'
import { useConsole } from '../../app/consoleContext'
import { useLook } from '../../app/look'
import { replaceParam } from '../../app/urlState'
import { TimeField } from '../../fields/TimeField'
import { instantField, instantMs } from '../../fields/timeText'
import { beijingDayTime, beijingTime, instant, localDetail, number } from '../../i18n/format'
import type { IndexItem } from '../../live/protocol'
import type { CityMap, Picked } from '../../map/cityMap'
import { lengthsS, readPlace } from '../../replay/replayTime'
import { Attribution } from '../../ui/Attribution'
import { Icon } from '../../ui/icons'
import { problemWords } from '../../ui/problem'
import { SeverityMark } from '../../ui/SeverityMark'
import { DistanceTab } from './DistanceTab'
import { IncidentsTab } from './IncidentsTab'
import { ReplayMap } from './ReplayMap'
import { SelectedCard } from './SelectedCard'
import { Transport } from './Transport'
import { useReplay, type ReplayControl } from './useReplay'
import './replay.css'

type Chosen = { readonly a: string | null; readonly b: string | null }

const IDENTITIES_EVERY_MS = 1_000

/** Who is in the replay; read now and then, since the map itself needs no list. */
function useFlights(replay: ReplayControl): readonly IndexItem[] {
  const [flights, setFlights] = useState<readonly IndexItem[]>([])
  useEffect(() => {
    const read = () => {
      const found = [...replay.feed.identities()].sort((one, other) => (one.registration ?? one.track_id).localeCompare(other.registration ?? other.track_id))
      setFlights((before) => (before.length === found.length && before.every((item, i) => item === found[i]) ? before : found))
    }
    const timer = setInterval(read, IDENTITIES_EVERY_MS)
    return () => clearInterval(timer)
  }, [replay.feed])
  return flights
}

function usePast(replay: ReplayControl, now_ms: number) {
  const [past, setPast] = useState<{ readonly alerts: readonly PastAlert[]; readonly problem: Problem | null }>({ alerts: [], problem: null })
  const { from_ms, to_ms } = replay
  const until_ms = Math.min(to_ms, now_ms)
  const growing = to_ms > now_ms
  const minute = growing ? Math.floor(now_ms / 60_000) : 0
  useEffect(() => {
    let current = true
    void getPastAlerts(from_ms, Math.max(from_ms, until_ms)).then((answer) => {
      if (current) setPast(answer.ok ? { alerts: answer.value, problem: null } : { alerts: [], problem: answer.problem })
    })
    return () => {
      current = false
    }
    // A window that reaches into the future grows: it is read again each minute.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [from_ms, to_ms, minute])
  return past
}

export default function ReplayScreen() {
  const { t, lang } = useLook()
  const { now_ms, stats, datum, feed: live } = useConsole()
  const replay = useReplay(stats === null ? Date.now() : live.serverNowMs())
  useEffect(() => replay.feed.setHeights(datum.heights), [replay.feed, datum.heights])
  const flights = useFlights(replay)
  const past = usePast(replay, now_ms)
  const [map, setMap] = useState<CityMap | null>(null)
  const [picked, setPicked] = useState<Picked | null>(null)
  const [chosen, setChosen] = useState<Chosen>(() => {
    const { track_a, track_b } = readPlace(window.location.search, 0)
    return { a: track_a, b: track_b }
  })
  useEffect(() => {
    replaceParam('a', chosen.a)
    replaceParam('b', chosen.b)
  }, [chosen])
  const choose = useCallback((slot: 'a' | 'b', track_id: string | null) => setChosen((before) => ({ ...before, [slot]: track_id })), [])
  const pick = useCallback((next: Picked | null) => {
    setPicked(next)
    if (next?.kind !== 'drone') return
    setChosen(({ a, b }) => (a === null || a === next.track_id ? { a: next.track_id, b } : b === null ? { a, b: next.track_id } : { a: b, b: next.track_id }))
  }, [])
  const { toggle, seek, addMark, cursor_ms } = replay
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const target = event.target
      if (event.ctrlKey || event.metaKey || event.altKey) return
      if (target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT|BUTTON|A)$/.test(target.tagName) && !(target instanceof HTMLInputElement && target.type === 'range')) return
      if (event.key === ' ') toggle()
      else if (event.key === ',') seek(cursor_ms - 10_000)
      else if (event.key === '.') seek(cursor_ms + 10_000)
      else if (event.key.toLowerCase() === 'b') addMark(t('replay_mark_default'))
      else return
      event.preventDefault()
    }
    window.addEventListener('keydown', pressed)
    return () => window.removeEventListener('keydown', pressed)
  }, [toggle, seek, addMark, cursor_ms, t])
  const planIds = useMemo(
    () => flights.flatMap((item) => ((item.track_id === chosen.a || item.track_id === chosen.b) && item.plan_id !== null ? [item.plan_id] : [])),
    [flights, chosen],
  )
  return (
    <div className="replay">
      <aside className="replay-side">
        <WindowForm replay={replay} now_ms={now_ms} />
        <Tabs className="replay-tabs" defaultSelectedKey="events">
          <TabList aria-label={t('replay_tabs')} className="tab-list">
            {(['events', 'measure', 'marks', 'incidents'] as const).map((id) => (
              <Tab key={id} id={id} className="tab">
                {t(`replay_tab_${id}`)}
              </Tab>
            ))}
          </TabList>
          <TabPanel id="events" className="tab-panel">
            <PastAlerts past={past} replay={replay} onPick={setPicked} />
          </TabPanel>
          <TabPanel id="measure" className="tab-panel">
            <DistanceTab replay={replay} flights={flights} a={chosen.a} b={chosen.b} onChoose={choose} />
          </TabPanel>
          <TabPanel id="marks" className="tab-panel">
            <Marks replay={replay} />
          </TabPanel>
          <TabPanel id="incidents" className="tab-panel">
            <IncidentsTab replay={replay} map={map} planIds={planIds} />
          </TabPanel>
        </Tabs>
      </aside>
      <div className="replay-stage">
        <div className="replay-map">
          <ReplayMap feed={replay.feed} picked={picked} onPick={pick} onMap={setMap} />
          <p className="replay-banner">
            <Icon name="replay" /> {t('replay_is_past')}
            <span className="quiet"> · {t('replay_count', { n: number(lang, flights.length) })}</span>
            <span className="quiet"> · {t('replay_zones_note')}</span>
          </p>
          {replay.problem !== null && (
            <div className="replay-problem" role="alert">
              <p>{t('replay_failed', { reason: problemWords(t, lang, replay.problem) })}</p>
              <Button className="main-button" onPress={() => replay.seek(replay.cursor_ms)}>
                {t('replay_again')}
              </Button>
            </div>
          )}
          {picked?.kind === 'drone' && <SelectedCard replay={replay} trackId={picked.track_id} onClose={() => setPicked(null)} />}
          <Attribution className="replay-attribution" />
        </div>
        <Transport replay={replay} alerts={past.alerts} />
      </div>
    </div>
  )
}

/** Which stretch of the past is loaded. */
function WindowForm({ replay, now_ms }: { readonly replay: ReplayControl; readonly now_ms: number }) {
  const { t, lang } = useLook()
  const [from, setFrom] = useState(() => instantField(replay.from_ms, true))
  const [length_s, setLength] = useState(replay.length_s)
  const [range, setRange] = useState<RecordedRange | null>(null)
  useEffect(() => {
    setFrom(instantField(replay.from_ms, true))
    setLength(replay.length_s)
    void getRange().then((answer) => answer.ok && setRange(answer.value))
  }, [replay.from_ms, replay.length_s])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const from_ms = instantMs(from)
    if (from_ms !== null) replay.load(from_ms, length_s)
  }
  const [first, last] = [instant(range?.from), instant(range?.to)]
  return (
    <form className="replay-window" aria-label={t('replay_window')} onSubmit={submit}>
      <h1>{t('screen_replay')}</h1>
      <div className="replay-fields">
        <TimeField label={t('replay_from')} value={from} required onChange={setFrom} />
        <label>
          {t('replay_length')}
          <select value={length_s} onChange={(event) => setLength(Number(event.target.value))}>
            {lengthsS.map((value) => (
              <option key={value} value={value}>
                {value < 3600 ? t('replay_minutes', { n: number(lang, value / 60) }) : t('replay_hours', { n: number(lang, value / 3600) })}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div className="replay-window-buttons">
        <Button className="main-button" type="submit">
          {t('replay_open')}
        </Button>
        <Button className="quiet-button" onPress={() => replay.load(now_ms - length_s * 1000, length_s)}>
          {t('replay_latest')}
        </Button>
      </div>
      {range !== null && (
        <p className="note">
          {first === null || last === null ? t('replay_recorded_none') : t('replay_recorded', { from: beijingDayTime(first), to: beijingDayTime(last) })}
        </p>
      )}
    </form>
  )
}

function PastAlerts({ past, replay, onPick }: { readonly past: ReturnType<typeof usePast>; readonly replay: ReplayControl; readonly onPick: (picked: Picked | null) => void }) {
  const { t, lang } = useLook()
  if (past.problem !== null) return <p className="aged">{t('replay_alerts_failed', { reason: problemWords(t, lang, past.problem) })}</p>
  if (past.alerts.length === 0) return <p className="quiet">{t('replay_alerts_none')}</p>
  return (
    <ul className="past-alerts" aria-label={t('replay_tab_events')}>
      {past.alerts.map(({ at_ms, alert }) => (
        <li key={alert.alert_id} className={`alert-${alert.severity}`} data-past={at_ms <= replay.cursor_ms}>
          <Button
            className="past-alert"
            onPress={() => {
              replay.seek(at_ms)
              onPick(alert.track_id == null ? null : { kind: 'drone', track_id: alert.track_id })
            }}
          >
            <SeverityMark of="alert" severity={alert.severity} />
            <span>
              {localDetail(lang, alert)}
              <span className="quiet block">{beijingTime(at_ms)}</span>
            </span>
          </Button>
        </li>
      ))}
    </ul>
  )
}

function Marks({ replay }: { readonly replay: ReplayControl }) {
  const { t } = useLook()
  const [label, setLabel] = useState('')
  const add = (event: FormEvent) => {
    event.preventDefault()
    replay.addMark(label.trim() === '' ? t('replay_mark_default') : label.trim())
    setLabel('')
  }
  return (
    <>
      <form className="mark-form" onSubmit={add}>
        <label>
          {t('replay_mark_label')}
          <input value={label} maxLength={60} onChange={(event) => setLabel(event.target.value)} />
        </label>
        <Button className="quiet-button" type="submit">
          {t('replay_mark_add')}
        </Button>
      </form>
      {replay.marks.length === 0 && <p className="quiet">{t('replay_marks_none')}</p>}
      <ul className="marks" aria-label={t('replay_tab_marks')}>
        {replay.marks.map((mark) => (
          <li key={mark.at_ms}>
            <Button className="link-button" onPress={() => replay.seek(mark.at_ms)}>
              {mark.label}
            </Button>
            <span className="quiet">{beijingDayTime(mark.at_ms)}</span>
            <Button className="icon-button" aria-label={t('replay_mark_remove', { label: mark.label })} onPress={() => replay.removeMark(mark)}>
              <Icon name="close" />
            </Button>
          </li>
        ))}
      </ul>
      <p className="note">{t('replay_mark_note')}</p>
    </>
  )
}
