/** The drones that are not as planned, worst first. Also the way to them for whoever does not use a mouse. */

import { Button } from 'react-aria-components'
import { useLook } from '../app/look'
import { number } from '../i18n/format'
import { stateNames } from '../live/decode'
import type { IndexItem } from '../live/protocol'
import { isStale } from '../live/reckoning'
import type { Summary } from '../live/trackStore'
import { StateMark } from '../ui/StateMark'

const SHOWN = 6

interface Props {
  readonly attention: Summary['attention']
  readonly total: number
  readonly identityOf: (row: number) => IndexItem | null
  readonly selected: string | null
  readonly onPick: (trackId: string) => void
}

export function AttentionList({ attention, total, identityOf, selected, onPick }: Props) {
  const { t, lang } = useLook()
  const items = attention.flatMap((entry) => {
    const identity = identityOf(entry.row)
    return identity === null ? [] : [{ ...entry, identity }]
  })
  if (items.length === 0) return null
  const more = total - Math.min(SHOWN, items.length)
  return (
    <section className="card attention" aria-label={t('attention_title')}>
      <h2 className="card-title">
        {t('attention_title')} <span className="count">{number(lang, total)}</span>
      </h2>
      <ul>
        {items.slice(0, SHOWN).map(({ row, state, age_s, identity }) => {
          const stale = isStale(age_s)
          const mark = state === 0 && stale ? 'stale' : (stateNames[state] ?? 'unknown')
          const name = identity.registration ?? identity.aircraft_id ?? identity.track_id
          const age = number(lang, Math.max(0, age_s))
          return (
            <li key={row}>
              <Button
                className={`attention-item state-${mark}`}
                data-selected={identity.track_id === selected}
                aria-label={t('attention_item', { name, state: t(`state_${mark}`), age })}
                onPress={() => onPick(identity.track_id)}
              >
                <StateMark state={mark} />
                <span className="attention-name">{name}</span>
                <span className="attention-state">{t(`state_${mark}`)}</span>
                <span className="attention-age">{stale ? t('feed_age', { n: age }) : ''}</span>
              </Button>
            </li>
          )
        })}
      </ul>
      {more > 0 && <p className="quiet attention-more">{t('attention_more', { n: number(lang, more) })}</p>}
    </section>
  )
}
