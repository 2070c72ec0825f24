/** Checklists by hand: both lists, whether needed or not, and those of before. */

import '../../panels/degraded.css'
import { useState, type FormEvent } from 'react'
import { Button } from 'react-aria-components'
import { checklistKinds, checklistSteps, closeChecklist, getChecklists, openChecklist, type ChecklistKind } from '../../api/checklists'
import type { Problem } from '../../api/types'
import { useConsole } from '../../app/consoleContext'
import { useLook } from '../../app/look'
import { Field } from '../../fields/Field'
import { beijingDayTime, instant, number } from '../../i18n/format'
import { ChecklistSteps } from '../../panels/ChecklistSteps'
import { useAsked } from '../../panels/flight/useFlightStory'
import { problemWords } from '../../ui/problem'
import { GroundStopCard } from './GroundStopCard'

export default function ChecklistsScreen() {
  const { t, lang } = useLook()
  const { session, checklists } = useConsole()
  const [round, setRound] = useState(0)
  const [refused, setRefused] = useState<Problem | null>(null)
  const ticks = session.user.role === 'dispatcher'
  const past = useAsked(`past ${round}`, getChecklists, 20_000)
  const closed = (past.value?.items ?? []).filter((item) => item.state === 'closed')
  const problem = refused ?? checklists.problem
  const act = async (kind: ChecklistKind, note: string | null) => {
    const list = checklists.open.get(kind)
    const answer = note === null ? await openChecklist(kind, 'by hand') : list === undefined ? null : await closeChecklist(list.checklist_id, note)
    if (answer === null) return
    setRefused(answer.ok ? null : answer.problem)
    if (answer.ok) checklists.take(answer.value)
    setRound((before) => before + 1)
  }
  const time = (text: string | null) => {
    const at = instant(text)
    return at === null ? '' : beijingDayTime(at)
  }
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('screen_checklists')}</h1>
        {!ticks && <p className="quiet">{t('degraded_read_only')}</p>}
      </div>
      <div className="page-body checklists">
        {problem !== null && (
          <p className="aged" role="alert">
            {t('degraded_refused', { reason: problemWords(t, lang, problem) })}
          </p>
        )}
        {checklistKinds.map((kind) => {
          const list = checklists.open.get(kind)
          return (
            <section key={kind} className="checklist-card" aria-label={t(`degraded_title_${kind}`)}>
              <h2>{t(`degraded_title_${kind}`)}</h2>
              <p className="quiet">{t(`degraded_when_${kind}`)}</p>
              {list !== undefined && <p>{t('degraded_open_since', { name: list.opened_name, time: time(list.opened_at) })}</p>}
              {list === undefined && ticks && (
                <Button className="main-button" onPress={() => void act(kind, null)}>
                  {t('degraded_start', { name: t(`degraded_title_${kind}`) })}
                </Button>
              )}
              <ChecklistSteps kind={kind} checklists={checklists} ticks={ticks} />
              {list !== undefined && ticks && <Close onClose={(note) => void act(kind, note)} />}
            </section>
          )
        })}
        <GroundStopCard declares={ticks} />
        <section className="checklist-card" aria-label={t('degraded_past')}>
          <h2>{t('degraded_past')}</h2>
          {closed.length === 0 && <p className="quiet">{t('degraded_past_none')}</p>}
          <ul className="checklist-past">
            {closed.map((item) => (
              <li key={item.checklist_id}>
                <strong>{t(`degraded_title_${item.kind}`)}</strong>{' '}
                {t('degraded_count', { done: number(lang, item.steps.filter((step) => step.at !== null).length), n: number(lang, checklistSteps[item.kind].length) })}
                <span className="quiet block">
                  {t('degraded_open_since', { name: item.opened_name, time: time(item.opened_at) })} · {t('degraded_closed', { name: item.closed_name ?? '', time: time(item.closed_at) })}
                </span>
                {item.note !== '' && <p>{item.note}</p>}
              </li>
            ))}
          </ul>
        </section>
      </div>
    </div>
  )
}

function Close({ onClose }: { readonly onClose: (note: string) => void }) {
  const { t } = useLook()
  const [note, setNote] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onClose(note.trim())
  }
  return (
    <form onSubmit={submit}>
      <Field label={t('degraded_close_note')}>{(id) => <input id={id} value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />}</Field>
      <Button className="quiet-button" type="submit">
        {t('degraded_close')}
      </Button>
    </form>
  )
}
