/** Shift handover: the running log, what is open, and both signatures. */

import { useCallback, useState, type FormEvent } from 'react'
import { Button } from 'react-aria-components'
import type { Answer } from '../../api/client'
import { addEntry, entryKinds, getCurrentLog, getLog, getLogs, openLog, signIn, signOut, type EntryKind, type OpenItems, type ShiftLog } from '../../api/handover'
import type { Problem } from '../../api/types'
import { useConsole } from '../../app/consoleContext'
import { useFleet } from '../../app/hooks'
import { useLook } from '../../app/look'
import { initialsOf } from '../../alerts/alertBook'
import { beijingDayTime, beijingTime, instant, localDetail, localName, number } from '../../i18n/format'
import { keyFor } from '../../i18n/translate'
import { useAsked } from '../../panels/flight/useFlightStory'
import { problemWords } from '../../ui/problem'
import { SeverityMark } from '../../ui/SeverityMark'
import './handover.css'

const EVERY_MS = 5_000

const dayTime = (text: string): string => {
  const at = instant(text)
  return at === null ? text : beijingDayTime(at)
}

export default function HandoverScreen() {
  const { t, lang } = useLook()
  const { session } = useConsole()
  const [round, setRound] = useState(0)
  const [chosen, setChosen] = useState<string | null>(null)
  const [refused, setRefused] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(false)
  const told = useAsked(`current ${round}`, getCurrentLog, EVERY_MS)
  const past = useAsked(`past ${round}`, getLogs, null)
  const old = useAsked(chosen, () => getLog(chosen ?? ''), null)
  const writes = session.user.role === 'dispatcher'
  const act = useCallback(async (work: () => Promise<Answer<ShiftLog>>): Promise<boolean> => {
    setBusy(true)
    const answer = await work()
    setBusy(false)
    setRefused(answer.ok ? null : answer.problem)
    setRound((before) => before + 1)
    return answer.ok
  }, [])
  const [kept, setKept] = useState(told.value)
  if (told.value !== null && told.value !== kept) setKept(told.value)
  const log = kept?.log ?? null
  const closed = (past.value?.items ?? []).filter((item) => item.state === 'closed')
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('screen_handover')}</h1>
        {log !== null && (
          <p>
            {t('handover_log', { n: number(lang, log.number) })} · {t('handover_since', { name: log.opened_name, time: dayTime(log.opened_at) })} ·{' '}
            <strong>{t(`handover_state_${log.state}`)}</strong>
          </p>
        )}
        {!writes && <p className="quiet">{t('handover_read_only')}</p>}
      </div>
      <div className="page-body handover">
        {told.problem !== null && (
          <p className="aged handover-wide" role="alert">
            {t('handover_failed', { reason: problemWords(t, lang, told.problem) })}
          </p>
        )}
        {refused !== null && (
          <p className="aged handover-wide" role="alert">
            {t('handover_refused', { reason: problemWords(t, lang, refused) })}
          </p>
        )}
        <div className="handover-column">
          {kept !== null && log === null && (
            <section className="handover-card">
              <p>{t('handover_none')}</p>
              {writes && (
                <Button className="main-button" isDisabled={busy} onPress={() => void act(openLog)}>
                  {t('handover_open')}
                </Button>
              )}
            </section>
          )}
          {log !== null && writes && <EntryForm busy={busy} onAdd={(kind, text) => act(() => addEntry(log.handover_id, kind, text))} />}
          {log !== null && <Entries log={log} />}
        </div>
        <div className="handover-column">
          {kept !== null && <Items items={kept.open_items} title={t('handover_open_items')} />}
          {log !== null && (
            <section className="handover-card" aria-label={t(log.state === 'open' ? 'handover_sign_out' : 'handover_sign_in')}>
              {log.signed_out !== null && (
                <p>
                  {t('handover_signed_out', { name: log.signed_out.name, initials: log.signed_out.initials, time: dayTime(log.signed_out.at) })}
                </p>
              )}
              {log.remarks !== '' && <blockquote>{log.remarks}</blockquote>}
              {writes && <SignForm key={log.state} log={log} busy={busy} onSign={(initials, remarks) => void act(() => (log.state === 'open' ? signOut(log.handover_id, initials, remarks) : signIn(log.handover_id, initials)))} />}
            </section>
          )}
          <section className="handover-card">
            <h2>{t('handover_past')}</h2>
            {closed.length === 0 && <p className="quiet">{t('handover_no_past')}</p>}
            <ul className="handover-past" aria-label={t('handover_past')}>
              {closed.map((item) => (
                <li key={item.handover_id}>
                  <Button className="link-button" aria-expanded={chosen === item.handover_id} onPress={() => setChosen((before) => (before === item.handover_id ? null : item.handover_id))}>
                    {t('handover_log', { n: number(lang, item.number) })}
                  </Button>
                  {item.signed_out !== null && <p className="quiet">{t('handover_signed_out', { name: item.signed_out.name, initials: item.signed_out.initials, time: dayTime(item.signed_out.at) })}</p>}
                  {item.signed_in !== null && <p className="quiet">{t('handover_signed_in', { name: item.signed_in.name, initials: item.signed_in.initials, time: dayTime(item.signed_in.at) })}</p>}
                  {chosen === item.handover_id && old.value !== null && (
                    <>
                      <Entries log={old.value} />
                      {old.value.items !== null && <Items items={old.value.items} title={t('handover_frozen')} />}
                    </>
                  )}
                </li>
              ))}
            </ul>
          </section>
        </div>
      </div>
    </div>
  )
}

function EntryForm({ busy, onAdd }: { readonly busy: boolean; readonly onAdd: (kind: EntryKind, text: string) => Promise<boolean> }) {
  const { t } = useLook()
  const [kind, setKind] = useState<EntryKind>('note')
  const [text, setText] = useState('')
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (await onAdd(kind, text.trim())) setText('')
  }
  return (
    <form className="handover-card handover-form" aria-label={t('handover_write')} onSubmit={(event) => void submit(event)}>
      <label>
        {t('handover_text')}
        <textarea rows={2} value={text} maxLength={2000} onChange={(event) => setText(event.target.value)} />
      </label>
      <div className="handover-row">
        <label>
          {t('handover_kind')}
          <select value={kind} onChange={(event) => setKind(event.target.value as EntryKind)}>
            {entryKinds.map((item) => (
              <option key={item} value={item}>
                {t(`handover_kind_${item}`)}
              </option>
            ))}
          </select>
        </label>
        <Button className="main-button" type="submit" isDisabled={busy || text.trim() === ''}>
          {t('handover_add')}
        </Button>
      </div>
    </form>
  )
}

function Entries({ log }: { readonly log: ShiftLog }) {
  const { t } = useLook()
  return (
    <section className="handover-card" aria-label={t('handover_entries')}>
      <h2>{t('handover_entries')}</h2>
      {log.entries.length === 0 && <p className="quiet">{t('handover_no_entries')}</p>}
      <ol className="handover-entries">
        {[...log.entries].reverse().map((entry, i) => (
          <li key={i}>
            <time dateTime={entry.at} title={entry.at}>
              {beijingTime(new Date(entry.at))}
            </time>
            <span className="chip">{t(`handover_kind_${entry.kind}`)}</span>
            <span className="quiet">{entry.name}</span>
            <p>{entry.text}</p>
          </li>
        ))}
      </ol>
    </section>
  )
}

function SignForm({ log, busy, onSign }: { readonly log: ShiftLog; readonly busy: boolean; readonly onSign: (initials: string, remarks: string) => void }) {
  const { t } = useLook()
  const [initials, setInitials] = useState('')
  const [remarks, setRemarks] = useState('')
  const leaving = log.state === 'open'
  const read = initialsOf(initials)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (read !== null) onSign(read, remarks)
  }
  return (
    <form className="handover-form" onSubmit={submit}>
      <p className="note">{t(leaving ? 'handover_out_effect' : 'handover_in_effect')}</p>
      {leaving && (
        <label>
          {t('handover_remarks')}
          <textarea rows={3} value={remarks} maxLength={4000} onChange={(event) => setRemarks(event.target.value)} />
        </label>
      )}
      <div className="handover-row">
        <label>
          {t('handover_initials')}
          <input value={initials} maxLength={4} onChange={(event) => setInitials(event.target.value)} />
        </label>
        <Button className="main-button" type="submit" isDisabled={busy || read === null}>
          {t(leaving ? 'handover_sign_out' : 'handover_sign_in')}
        </Button>
      </div>
    </form>
  )
}

function Items({ items, title }: { readonly items: OpenItems; readonly title: string }) {
  const { t, lang } = useLook()
  const { go } = useConsole()
  const names = useFleet(true)
  const firm = (id: string) => {
    const found = names.operators.get(id)
    return found === undefined ? id : localName(lang, found)
  }
  const { counts } = items
  const nothing = Object.values(counts).every((count) => count === 0)
  const head = (key: keyof OpenItems['counts']) => (
    <h3>
      {t(`handover_${key}`)} <span className="quiet">{number(lang, counts[key])}</span>
    </h3>
  )
  return (
    <section className="handover-card" aria-label={title}>
      <h2>{title}</h2>
      {nothing && <p className="quiet">{t('handover_nothing_open')}</p>}
      {(['alerts', 'shelved'] as const).map(
        (key) =>
          counts[key] > 0 && (
            <div key={key}>
              {head(key)}
              <ul className="handover-items">
                {items[key].map((alert) => (
                  <li key={alert.alert_id} className={`alert-${alert.severity}`}>
                    <Button className="handover-item" onPress={() => go('live', { alert: alert.alert_id })}>
                      <SeverityMark of="alert" severity={alert.severity} />
                      <span>
                        {localDetail(lang, alert)}
                        <span className="quiet block">
                          {dayTime(alert.at)}
                          {alert.until != null && ` · ${t('handover_until', { time: dayTime(alert.until) })}`}
                        </span>
                      </span>
                    </Button>
                  </li>
                ))}
              </ul>
            </div>
          ),
      )}
      {counts.contingencies > 0 && head('contingencies')}
      <ul className="handover-items">
        {items.contingencies.map((item) => {
          const kind = keyFor('contingency_kind_', item.kind)
          return (
            <li key={item.contingency_id}>
              <Button className="link-button" onPress={() => go('live', { plan: item.plan_id })}>
                {kind === null ? item.kind : t(kind)}
              </Button>{' '}
              <span className="quiet">{dayTime(item.at)}</span>
            </li>
          )
        })}
      </ul>
      {counts.pending > 0 && head('pending')}
      <ul className="handover-items">
        {items.pending.map((item) => (
          <li key={item.plan_id}>
            <Button className="link-button" onPress={() => go('live', { plan: item.plan_id })}>
              {t('handover_departs', { firm: firm(item.organisation_id), time: dayTime(item.at) })}
            </Button>
          </li>
        ))}
      </ul>
      {counts.commands > 0 && head('commands')}
      <ul className="handover-items">
        {items.commands.map((item) => {
          const type = keyFor('command_type_', item.type)
          return (
            <li key={item.command_id}>
              {type === null ? item.type : t(type)} · {names.aircraft.get(item.aircraft_id)?.registration ?? item.aircraft_id} <span className="quiet">{dayTime(item.at)}</span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
