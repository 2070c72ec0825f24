/** Every change of zones, also of earlier sessions: what it was, what differs from what holds, and back into the editor. */

import { useState } from 'react'
import { Button } from 'react-aria-components'
import { getZoneVersions, type ZoneVersion } from '../../api/zones'
import type { Zone } from '../../api/types'
import { useLook } from '../../app/look'
import { beijingDayTime, instant, localName, number } from '../../i18n/format'
import { useAsked } from '../../panels/flight/useFlightStory'
import { problemWords } from '../../ui/problem'
import { differences } from './zoneDifferences'

interface Props {
  readonly zones: readonly Zone[]
  /** Whether this person may publish what they open. */
  readonly publishes: boolean
  /** Look at a version on the map beside what holds; null puts it away. */
  readonly onShow: (version: ZoneVersion | null) => void
  readonly onRestore: (version: ZoneVersion, present: Zone | null) => void
}

export function HistoryBox({ zones, publishes, onShow, onRestore }: Props) {
  const { t, lang } = useLook()
  const [only, setOnly] = useState<string | null>(null)
  const [open, setOpen] = useState<string | null>(null)
  const told = useAsked(`versions ${only}`, () => getZoneVersions(only), null)
  const present = (id: string) => zones.find(({ properties }) => properties.zone_id === id) ?? null
  const pick = (item: ZoneVersion, key: string) => {
    const next = open === key ? null : key
    setOpen(next)
    onShow(next === null ? null : item)
  }
  return (
    <section className="zone-pad" aria-label={t('history_all')}>
      {told.problem !== null && (
        <p className="decide-problem" role="alert">
          {t('history_failed', { reason: problemWords(t, lang, told.problem) })}
        </p>
      )}
      {only !== null && (
        <Button className="quiet-button" onPress={() => setOnly(null)}>
          {t('history_every')}
        </Button>
      )}
      <ul className="zone-list" aria-label={t('history_all')}>
        {told.value?.items.map((item) => {
          const at = instant(item.at)
          const key = `${item.zone_id} ${item.version}`
          const name = localName(lang, item.feature.properties)
          const now = present(item.zone_id)
          const different = open === key && now !== null ? differences(item.feature, now) : []
          return (
            <li key={key} className="history-item">
              <Button className="zone-pick" aria-expanded={open === key} onPress={() => pick(item, key)}>
                {name} <span className="chip">{t(item.withdrawn ? 'history_withdrawn' : item.in_force ? 'history_in_force' : 'history_earlier')}</span>
                <span className="quiet block">
                  {t('history_version', { n: number(lang, item.version), time: at === null ? t('value_unknown') : beijingDayTime(at) })} · {item.by}
                </span>
              </Button>
              {open === key && (
                <div>
                  {now === null && <p>{t('history_gone')}</p>}
                  {now !== null && !item.in_force && (
                    <>
                      <p>{different.length === 0 ? t('history_same') : t('history_differs')}</p>
                      <dl className="history-differs">
                        {different.map(({ field, then, now: present }) => (
                          <div key={field}>
                            <dt>{t(`history_field_${field}`)}</dt>
                            <dd>
                              <del>{then}</del> → {present}
                            </dd>
                          </div>
                        ))}
                      </dl>
                    </>
                  )}
                  <div className="decide-buttons">
                    {publishes && !(item.in_force && !item.withdrawn) && (
                      <Button className="main-button" onPress={() => onRestore(item, now)}>
                        {t('history_restore')}
                      </Button>
                    )}
                    {only === null && (
                      <Button className="quiet-button" onPress={() => setOnly(item.zone_id)}>
                        {t('history_only')}
                      </Button>
                    )}
                  </div>
                </div>
              )}
            </li>
          )
        })}
      </ul>
    </section>
  )
}
