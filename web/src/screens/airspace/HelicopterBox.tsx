/** Close one corridor segment for a manned helicopter: choose it, say for how long; the impact comes next. */

import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { Corridor } from '../../api/types'
import { useLook } from '../../app/look'
import { helicopterDraft, type ZoneDraft } from '../../draw/zoneDraft'
import { instantField, instantMs } from '../../fields/timeText'
import { Field } from '../../fields/Field'
import { localName } from '../../i18n/format'
import { translator } from '../../i18n/translate'

interface Props {
  readonly corridors: readonly Corridor[]
  readonly now_ms: number
  readonly onDraft: (draft: ZoneDraft) => void
}

const languages = { zh: translator('zh-CN'), en: translator('en') }

export function HelicopterBox({ corridors, now_ms, onDraft }: Props) {
  const { t, lang } = useLook()
  const [chosen, setChosen] = useState('')
  const [minutes, setMinutes] = useState('30')
  const named = corridors.map((corridor) => ({ corridor, name: localName(lang, corridor.properties) })).sort((a, b) => a.name.localeCompare(b.name, lang))
  const corridor = corridors.find(({ properties }) => properties.corridor_id === chosen)
  const draft = () => {
    if (corridor === undefined) return
    const { name, name_zh } = corridor.properties
    const made = helicopterDraft(corridor, now_ms, {
      name: languages.en('helicopter_name', { name }),
      name_zh: languages.zh('helicopter_name', { name: name_zh ?? name }),
      reason: t('helicopter_reason'),
    })
    onDraft({ ...made, to: instantField((instantMs(made.from) ?? now_ms) + Math.max(1, Number(minutes)) * 60_000) })
  }
  return (
    <form
      className="zone-edit"
      aria-label={t('helicopter_title')}
      onSubmit={(event) => {
        event.preventDefault()
        draft()
      }}
    >
      <Field label={t('helicopter_choose')}>
        {(id) => (
          <select id={id} required value={chosen} onChange={(event) => setChosen(event.target.value)}>
            <option value="">–</option>
            {named.map(({ corridor: item, name }) => (
              <option key={item.properties.corridor_id} value={item.properties.corridor_id}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={t('helicopter_minutes')}>
        {(id) => <input id={id} type="number" min="1" max="720" required value={minutes} onChange={(event) => setMinutes(event.target.value)} />}
      </Field>
      <Button type="submit" className="main-button" isDisabled={corridor === undefined || !(Number(minutes) >= 1)}>
        {t('helicopter_next')}
      </Button>
    </form>
  )
}
