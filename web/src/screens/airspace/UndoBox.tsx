/** What was published in this session, and taking the last back: the version before it is published anew, or the new zone withdrawn. */

import { useState } from 'react'
import { Button } from 'react-aria-components'
import { replaceZone, withdrawTemporary, withdrawZone, type ZoneFeature } from '../../api/zones'
import { getZones } from '../../api/client'
import type { Problem, Zone } from '../../api/types'
import { useLook } from '../../app/look'
import { beijingTime, instant, localName, number } from '../../i18n/format'
import { problemWords } from '../../ui/problem'
import type { Published } from './PublishBox'

/** What publishing a zone as it was read needs; the service gives version and instant anew. */
export function asBody(zone: Zone): ZoneFeature {
  const left = new Set(['version', 'published_at', 'centre', 'source', 'demonstration'])
  const properties = Object.fromEntries(Object.entries(zone.properties).filter(([name, value]) => !left.has(name) && value !== null))
  return { type: 'Feature', geometry: zone.geometry, properties: { ...properties, upper_m: zone.properties.upper_m } }
}

export function UndoBox({ published, onUndone }: { readonly published: readonly Published[]; readonly onUndone: (item: Published) => void }) {
  const { t, lang } = useLook()
  const [asked, setAsked] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [undone, setUndone] = useState(false)
  const last = published[0]
  if (last === undefined) return undone ? <p role="status" className="approvals-verified">{t('publish_undone')}</p> : null
  const undo = async () => {
    const { zone, before, temporary } = last
    const id = zone.properties.zone_id ?? ''
    const version = zone.properties.version ?? null
    const answer = temporary !== null ? await withdrawTemporary(id) : before === null ? await withdrawZone(id, version) : await replaceZone(id, asBody(before), version)
    setAsked(false)
    if (!answer.ok) return setProblem(answer.problem)
    // What is believed is what the list of zones in force says.
    const read = await getZones()
    if (!read.ok) return setProblem(read.problem)
    const stands = read.value.some(({ properties }) => properties.zone_id === id)
    if (stands !== (before !== null)) return setProblem({ code: 'contradicted' })
    setProblem(null)
    setUndone(true)
    onUndone(last)
  }
  const name = localName(lang, last.zone.properties)
  return (
    <section className="zone-pad" aria-label={t('history_title')}>
      <p role="status" className="approvals-verified">
        {undone && <>{t('publish_undone')} </>}
        {t('publish_done', { name, n: number(lang, last.zone.properties.version ?? 1) })}
      </p>
      {problem !== null && (
        <p className="decide-problem" role="alert">
          {t('publish_failed', { reason: problemWords(t, lang, problem) })}
        </p>
      )}
      {asked ? (
        <div className="zone-question" data-escape-cancels="true" onKeyDown={(event) => event.key === 'Escape' && setAsked(false)}>
          <p>{last.before === null ? t('publish_undo_effect_new') : t('publish_undo_effect_change', { n: number(lang, last.before.properties.version ?? 1) })}</p>
          <div className="decide-buttons">
            <Button className="main-button main-danger" autoFocus onPress={() => void undo()}>
              {t('publish_undo_confirm')}
            </Button>
            <Button className="quiet-button" onPress={() => setAsked(false)}>
              {t('decide_back')}
            </Button>
          </div>
        </div>
      ) : (
        <Button className="quiet-button" onPress={() => setAsked(true)}>
          {t('publish_undo')}
        </Button>
      )}
      {published.length > 1 && (
        <details>
          <summary>{t('history_title')}</summary>
          <ul className="zone-list">
            {published.map(({ zone }, index) => {
              const at = instant(zone.properties.published_at)
              return (
                <li key={index}>
                  {localName(lang, zone.properties)}{' '}
                  <span className="quiet">{t('history_version', { n: number(lang, zone.properties.version ?? 1), time: at === null ? t('value_unknown') : beijingTime(at) })}</span>
                </li>
              )
            })}
          </ul>
        </details>
      )}
    </section>
  )
}
