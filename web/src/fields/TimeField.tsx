/** A date, a time of day or both as text, in Beijing time and in the console's language; the browser's own fields speak the browser's. */

import { useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react'
import { useConsole } from '../app/consoleContext'
import { useLook } from '../app/look'
import { utcDayTime } from '../i18n/format'
import { Field } from './Field'
import './fields.css'
import { instantField, instantMs, readTime, shownTime, stepTime, type TimeKind } from './timeText'

interface Props {
  readonly label: string
  readonly kind?: TimeKind
  /** What is held: see `timeText.ts`; while somebody types it may be anything. */
  readonly value: string
  /** Told the held form of what was typed, or the text itself where it is no time, so that a form never takes it for empty. */
  readonly onChange: (value: string) => void
  readonly required?: boolean
  /** The last day there is, held form. */
  readonly last?: string
}

const keys: Readonly<Record<string, number>> = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }

export function TimeField({ label, kind = 'instant', value, onChange, required = false, last }: Props) {
  const { t } = useLook()
  const { now_ms } = useConsole()
  const input = useRef<HTMLInputElement>(null)
  const marked = useRef<readonly [number, number] | null>(null)
  // What is being typed stays as it is typed until the field is left or the value comes from elsewhere.
  const [typed, setTyped] = useState<{ readonly text: string; readonly value: string } | null>(null)
  const [left, setLeft] = useState(true)
  const text = typed !== null && typed.value === value ? typed.text : shownTime(kind, value)
  const read = readTime(kind, value)
  const late = read !== null && last !== undefined && read > last
  const wrong = left && (late || (read === null && value.trim() !== ''))
  const at = kind === 'instant' ? instantMs(value) : null

  useLayoutEffect(() => {
    if (marked.current === null) return
    input.current?.setSelectionRange(...marked.current)
    marked.current = null
  })

  const take = (next: string) => {
    setLeft(false)
    const held = readTime(kind, next) ?? next
    setTyped({ text: next, value: held })
    if (held !== value) onChange(held)
  }
  const pressed = (event: KeyboardEvent<HTMLInputElement>) => {
    // Sent with Enter, what is wrong is said at once, not when the field is left.
    if (event.key === 'Enter') setLeft(true)
    const by = keys[event.key]
    if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    const now = instantField(now_ms)
    const start = kind === 'day' ? now.slice(0, 10) : kind === 'clock' ? now.slice(11) : now
    const { selectionEnd } = event.currentTarget
    const next = text.trim() === '' ? { value: start, from: 0, to: start.length } : stepTime(kind, text, selectionEnd ?? text.length, by)
    if (next === null) return
    marked.current = [next.from, next.to]
    setTyped(null)
    onChange(next.value)
  }
  return (
    <Field label={label}>
      {(id) => (
        <>
          <input
            ref={input}
            id={id}
            type="text"
            className="time-field"
            inputMode="numeric"
            autoComplete="off"
            spellCheck={false}
            maxLength={40}
            placeholder={t(`time_format_${kind}`)}
            title={at === null ? t(`time_help_${kind}`) : t('clock_utc', { time: utcDayTime(at) })}
            aria-describedby={wrong ? `${id}-wrong ${id}-help` : `${id}-help`}
            aria-invalid={wrong}
            required={required}
            value={text}
            onChange={(event) => take(event.target.value)}
            onKeyDown={pressed}
            onFocus={() => setLeft(false)}
            onBlur={() => (setTyped(null), setLeft(true))}
          />
          <span id={`${id}-help`} hidden>
            {t(`time_help_${kind}`)}
          </span>
          {wrong && (
            <span id={`${id}-wrong`} className="field-wrong" role="alert">
              {late ? t('time_too_late', { last }) : t(`time_wrong_${kind}`)}
            </span>
          )}
        </>
      )}
    </Field>
  )
}
