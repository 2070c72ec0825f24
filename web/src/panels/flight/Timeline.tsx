/** What happened to a flight, newest first, in words. */

import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { TimelineEvent } from '../../api/flightStory'
import { useLook } from '../../app/look'
import { beijingDay, beijingTime, instant, number, utcDayTime } from '../../i18n/format'
import { keyFor, type Translate } from '../../i18n/translate'
import { problemWords } from '../../ui/problem'
import { Section } from '../Drawer'
import type { Told } from './useFlightStory'
import './flight.css'

const FIRST = 8

interface Props {
  readonly planId: string
  readonly told: Told<readonly TimelineEvent[]>
  readonly now_ms: number
}

export function Timeline({ planId, told, now_ms }: Props) {
  const { t, lang } = useLook()
  const [all, setAll] = useState(false)
  const events = told.value === null ? null : [...told.value].reverse()
  return (
    <Section title={t('timeline_title')}>
      {told.problem !== null && <p className="aged">{t('timeline_failed', { reason: problemWords(t, lang, told.problem) })}</p>}
      {events === null && told.problem === null && <p className="quiet">{t('value_waiting')}</p>}
      {events !== null && events.length === 0 && <p className="quiet">{t('timeline_none')}</p>}
      {events !== null && events.length > 0 && (
        <ol className="timeline" aria-label={t('timeline_title')}>
          {(all ? events : events.slice(0, FIRST)).map((event, i) => (
            <Event key={`${event.at}${i}`} event={event} now_ms={now_ms} />
          ))}
        </ol>
      )}
      {events !== null && events.length > FIRST && !all && (
        <Button className="link-button" onPress={() => setAll(true)}>
          {t('timeline_more', { n: number(lang, events.length) })}
        </Button>
      )}
      <p className="note">
        <a className="link-button" href={`/v1/flight-plans/${encodeURIComponent(planId)}/record`} download={`${planId}.json`}>
          {t('timeline_record')}
        </a>
      </p>
    </Section>
  )
}

function Event({ event, now_ms }: { readonly event: TimelineEvent; readonly now_ms: number }) {
  const { t, lang } = useLook()
  const at = instant(event.at)
  const detail = (lang === 'zh-CN' ? event.detail_zh : event.detail) ?? event.detail
  return (
    <li data-kind={event.kind} data-severity={event.kind === 'alert' ? event.severity : null}>
      {at === null ? (
        <span>{event.at}</span>
      ) : (
        <time dateTime={event.at} title={t('clock_utc', { time: utcDayTime(at) })}>
          {beijingDay(at) !== beijingDay(now_ms) && <span className="timeline-day">{beijingDay(at)}</span>}
          {beijingTime(at)}
        </time>
      )}
      <span>{eventWords(t, event)}</span>
      {detail !== null && detail !== '' && <p>{detail}</p>}
      {event.actor !== null && <p>{t('timeline_by', { actor: event.actor })}</p>}
    </li>
  )
}

/** The event in a few words; one this console does not know is named as the service names it. */
export function eventWords(t: Translate, event: TimelineEvent): string {
  const { kind, what } = event
  if (kind === 'command') {
    const command = keyFor('command_type_', event.command_type)
    const state = keyFor('command_state_', what)
    return t('timeline_command', { command: command === null ? (event.command_type ?? '') : t(command), state: state === null ? what : t(state) })
  }
  if (kind === 'contingency') {
    const cause = keyFor('contingency_kind_', event.contingency_kind)
    const words = cause === null ? (event.contingency_kind ?? what) : t(cause)
    return t(what === 'declared' || what === 'ended' || what === 'dismissed' ? `timeline_contingency_${what}` : 'timeline_contingency_ended', { what: words })
  }
  const key = keyFor(`timeline_${kind}_`, what)
  const head = key !== null ? t(key) : kind === 'plan' ? t('timeline_plan_other', { what }) : kind === 'alert' ? t('timeline_alert_other', { what }) : what
  const outcome = keyFor('timeline_outcome_', event.outcome)
  return outcome === null ? head : `${head} · ${t(outcome)}`
}
