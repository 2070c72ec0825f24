/** What somebody looks into: the list, a new one about this time, and the bundle of evidence. */

import { useCallback, useEffect, useState, type FormEvent } from 'react'
import { Button } from 'react-aria-components'
import { getIncidents, openIncident, type Incident } from '../../api/replay'
import type { Problem } from '../../api/types'
import { useConsole } from '../../app/consoleContext'
import { useLook } from '../../app/look'
import { beijingDayTime, beijingTime } from '../../i18n/format'
import type { CityMap } from '../../map/cityMap'
import { lengthsS, shortInstant } from '../../replay/replayTime'
import { problemWords } from '../../ui/problem'
import type { ReplayControl } from './useReplay'

const AROUND_MS = 120_000

interface Props {
  readonly replay: ReplayControl
  readonly map: CityMap | null
  readonly planIds: readonly string[]
}

export function IncidentsTab({ replay, map, planIds }: Props) {
  const { t, lang } = useLook()
  const { session } = useConsole()
  const [list, setList] = useState<readonly Incident[] | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const writes = session.user.role === 'dispatcher' || session.user.role === 'regulator'
  const read = useCallback(async () => {
    const answer = await getIncidents()
    setProblem(answer.ok ? null : answer.problem)
    if (answer.ok) setList(answer.value.items)
  }, [])
  useEffect(() => void read(), [read])
  const show = (incident: Incident) => {
    const [from_ms, to_ms] = [Date.parse(incident.from), Date.parse(incident.to)]
    replay.load(from_ms, lengthsS.find((value) => value * 1000 >= to_ms - from_ms) ?? 86_400)
  }
  return (
    <>
      {writes && <NewIncident replay={replay} map={map} planIds={planIds} onOpened={() => void read()} />}
      {problem !== null && <p className="aged">{t('incident_list_failed', { reason: problemWords(t, lang, problem) })}</p>}
      {list === null && problem === null && <p className="quiet">{t('value_waiting')}</p>}
      {list?.length === 0 && <p className="quiet">{t('incident_none')}</p>}
      <ul className="incidents" aria-label={t('replay_tab_incidents')}>
        {(list ?? []).map((incident) => (
          <li key={incident.incident_id}>
            <strong>{incident.title}</strong>
            <p className="quiet">{t('incident_window', { from: beijingDayTime(new Date(incident.from)), to: beijingTime(new Date(incident.to)) })}</p>
            {incident.notes !== '' && <p>{incident.notes}</p>}
            <div className="incident-actions">
              <Button className="quiet-button" onPress={() => show(incident)}>
                {t('incident_show')}
              </Button>
              <a className="quiet-button" href={`/v1/incidents/${encodeURIComponent(incident.incident_id)}/bundle`} download>
                {t('incident_bundle')}
              </a>
            </div>
          </li>
        ))}
      </ul>
    </>
  )
}

function NewIncident({ replay, map, planIds, onOpened }: Props & { readonly onOpened: () => void }) {
  const { t, lang } = useLook()
  const [title, setTitle] = useState('')
  const [notes, setNotes] = useState('')
  const [whole, setWhole] = useState(false)
  const [area, setArea] = useState(false)
  const [flights, setFlights] = useState(true)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [opened, setOpened] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const from_ms = whole ? replay.from_ms : Math.max(replay.from_ms, replay.cursor_ms - AROUND_MS)
  const to_ms = whole ? replay.to_ms : Math.min(replay.to_ms, replay.cursor_ms + AROUND_MS)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    const bbox = area ? (map?.bounds() ?? null) : null
    const answer = await openIncident({
      title,
      notes,
      from: shortInstant(Math.round(from_ms)),
      to: shortInstant(Math.round(to_ms)),
      ...(bbox === null ? {} : { bbox }),
      ...(flights && planIds.length > 0 ? { plan_ids: planIds } : {}),
    })
    setBusy(false)
    setProblem(answer.ok ? null : answer.problem)
    if (!answer.ok) return
    setOpened(answer.value.incident_id)
    setTitle('')
    setNotes('')
    onOpened()
  }
  return (
    <form className="incident-form" aria-label={t('incident_new')} onSubmit={(event) => void submit(event)}>
      <h3>{t('incident_new')}</h3>
      <label>
        {t('incident_title')}
        <input value={title} required maxLength={200} onChange={(event) => setTitle(event.target.value)} />
      </label>
      <label>
        {t('incident_notes')}
        <textarea value={notes} rows={2} maxLength={4000} onChange={(event) => setNotes(event.target.value)} />
      </label>
      <fieldset>
        <legend className="quiet">{t('incident_window', { from: beijingDayTime(new Date(from_ms)), to: beijingTime(new Date(to_ms)) })}</legend>
        <label className="check">
          <input type="radio" name="incident-window" checked={!whole} onChange={() => setWhole(false)} /> {t('incident_around')}
        </label>
        <label className="check">
          <input type="radio" name="incident-window" checked={whole} onChange={() => setWhole(true)} /> {t('incident_whole')}
        </label>
      </fieldset>
      <label className="check">
        <input type="checkbox" checked={area} onChange={(event) => setArea(event.target.checked)} /> {t('incident_area')}
      </label>
      {planIds.length > 0 && (
        <label className="check">
          <input type="checkbox" checked={flights} onChange={(event) => setFlights(event.target.checked)} /> {t('incident_flights')}
        </label>
      )}
      {problem !== null && (
        <p className="aged" role="alert">
          {t('incident_failed', { reason: problemWords(t, lang, problem) })}
        </p>
      )}
      {opened !== null && <p role="status">{t('incident_done', { id: opened })}</p>}
      <Button className="main-button" type="submit" isDisabled={busy || title.trim() === ''}>
        {t('incident_create')}
      </Button>
    </form>
  )
}
