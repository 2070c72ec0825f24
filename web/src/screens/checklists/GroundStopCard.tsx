/** Ground stops that stand, declared and lifted here: what the list for lost surveillance asks for. */

import { useState, type FormEvent } from 'react'
import { Button } from 'react-aria-components'
import { declareGroundStop, liftGroundStop } from '../../api/groundStops'
import type { Problem } from '../../api/types'
import { useConsole } from '../../app/consoleContext'
import { useLook } from '../../app/look'
import { Field } from '../../fields/Field'
import { beijingTime, instant } from '../../i18n/format'
import { Time } from '../../panels/Drawer'
import { stopPlace } from '../../panels/GroundStopNotice'
import { Ask } from '../../ui/Ask'
import { problemWords } from '../../ui/problem'
import { emptyStop, stopOf, type StopDraft } from './stopDraft'

export function GroundStopCard({ declares }: { readonly declares: boolean }) {
  const { t, lang } = useLook()
  const { now_ms, groundStops: stops } = useConsole()
  const [draft, setDraft] = useState<StopDraft>(emptyStop)
  const [asked, setAsked] = useState(false)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const set = (part: Partial<StopDraft>) => setDraft({ ...draft, ...part })
  const body = stopOf(draft, now_ms)
  const act = async (work: Promise<{ readonly ok: true } | { readonly ok: false; readonly problem: Problem }>) => {
    setBusy(true)
    const answer = await work
    setBusy(false)
    setAsked(false)
    setProblem(answer.ok ? null : answer.problem)
    if (answer.ok) setDraft(emptyStop)
    stops.reload()
  }
  const shown = problem ?? stops.problem
  return (
    <section className="checklist-card" aria-label={t('stop_title')}>
      <h2>{t('stop_title')}</h2>
      <p className="quiet">{t('stop_help')}</p>
      {shown !== null && (
        <p className="aged" role="alert">
          {t('stop_failed', { reason: problemWords(t, lang, shown) })}
        </p>
      )}
      {stops.items?.length === 0 && <p>{t('stop_none')}</p>}
      <ul className="checklist-past">
        {(stops.items ?? []).map((stop) => {
          const until = instant(stop.until)
          return (
            <li key={stop.ground_stop_id}>
              <strong>{stop.reason}</strong> · {stopPlace(t, lang, stop)} · {t('stop_until')} {until !== null && <Time at={until} day />}{' '}
              {declares && <Ask label={t('stop_lift')} effect={t('stop_lift_effect')} busy={busy} onDo={() => void act(liftGroundStop(stop.ground_stop_id))} />}
            </li>
          )
        })}
      </ul>
      {declares && (
        <form
          className="stop-form"
          aria-label={t('stop_new')}
          onSubmit={(event: FormEvent) => {
            event.preventDefault()
            setAsked(true)
          }}
        >
          <Field label={t('stop_where')}>
            {(id) => (
              <select id={id} value={draft.whole ? 'city' : 'circle'} onChange={(event) => set({ whole: event.target.value === 'city' })}>
                <option value="city">{t('stop_city')}</option>
                <option value="circle">{t('stop_circle')}</option>
              </select>
            )}
          </Field>
          {!draft.whole && <Field label={t('stop_place')}>{(id) => <input id={id} value={draft.place} placeholder="22.5431, 114.0579" onChange={(event) => set({ place: event.target.value })} />}</Field>}
          {!draft.whole && <Field label={t('stop_radius')}>{(id) => <input id={id} type="number" min="0.1" max="100" step="any" value={draft.radius_km} onChange={(event) => set({ radius_km: event.target.value })} />}</Field>}
          <Field label={t('stop_minutes')}>{(id) => <input id={id} type="number" min="1" max="1440" value={draft.minutes} onChange={(event) => set({ minutes: event.target.value })} />}</Field>
          <Field label={t('stop_reason')}>{(id) => <input id={id} maxLength={500} value={draft.reason} onChange={(event) => set({ reason: event.target.value })} />}</Field>
          {!asked && (
            <Button type="submit" className="main-button" isDisabled={busy || body === null}>
              {t('stop_declare')}
            </Button>
          )}
        </form>
      )}
      {asked && body !== null && (
        <p className="ask" data-escape-cancels="true" onKeyDown={(event) => event.key === 'Escape' && setAsked(false)}>
          <span>{t('stop_effect', { time: beijingTime(Date.parse(body.until)) })}</span>
          <Button className="main-button main-danger" autoFocus isDisabled={busy} onPress={() => void act(declareGroundStop(body))}>
            {t('stop_yes')}
          </Button>
          <Button className="quiet-button" onPress={() => setAsked(false)}>
            {t('decide_back')}
          </Button>
        </p>
      )}
    </section>
  )
}
