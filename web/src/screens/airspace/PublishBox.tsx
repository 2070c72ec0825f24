/** Publishing in two presses: what it will do, then the service's own answer read back. */

import { useState } from 'react'
import { Button } from 'react-aria-components'
import { publishTemporary, publishZone, readZone, replaceZone, type TemporaryZone } from '../../api/zones'
import type { Problem, Zone } from '../../api/types'
import { useLook } from '../../app/look'
import { featureOf, temporaryOf, type DraftFault, type ZoneDraft } from '../../draw/zoneDraft'
import { number } from '../../i18n/format'
import { Icon } from '../../ui/icons'
import { problemWords } from '../../ui/problem'
import type { Impact } from './useImpact'

export interface Published {
  readonly zone: Zone
  /** What was in force before; null for a new zone. */
  readonly before: Zone | null
  readonly temporary: TemporaryZone | null
}

interface Props {
  readonly draft: ZoneDraft
  readonly faults: readonly DraftFault[]
  readonly impact: Impact
  readonly allowed: boolean
  readonly onPublished: (published: Published) => void
}

export function PublishBox({ draft, faults, impact, allowed, onPublished }: Props) {
  const { t, lang } = useLook()
  const [phase, setPhase] = useState<'asked' | 'confirm' | 'sending'>('asked')
  const [problem, setProblem] = useState<Problem | null>(null)

  const send = async () => {
    setPhase('sending')
    setProblem(null)
    const done = (failure: Problem | null) => {
      setProblem(failure)
      setPhase('asked')
    }
    if (draft.temporary) {
      const body = temporaryOf(draft)
      if (body === null) return done(null)
      const answer = await publishTemporary(body)
      if (!answer.ok) return done(answer.problem)
      onPublished({ zone: answer.value.zone, before: null, temporary: answer.value })
      return done(null)
    }
    const feature = featureOf(draft)
    if (feature === null) return done(null)
    const before = draft.zone_id === null || draft.version === null ? null : await readZone(draft.zone_id)
    if (before !== null && !before.ok) return done(before.problem)
    const sent = draft.zone_id === null || draft.version === null ? await publishZone(feature) : await replaceZone(draft.zone_id, feature, draft.version)
    if (!sent.ok) return done(sent.problem)
    // What is believed is what can be read back.
    const read = await readZone(sent.value.properties.zone_id ?? '')
    if (!read.ok) return done(read.problem)
    onPublished({ zone: read.value, before: before === null ? null : before.value, temporary: null })
    done(null)
  }

  const lines = (problem?.errors ?? []).flatMap((item) => (lang === 'zh-CN' ? (item.detail_zh ?? item.detail) : item.detail) ?? [])
  return (
    <div className="zone-publish">
      {faults.length > 0 && (
        <ul className="zone-faults" aria-live="polite">
          {faults.map((fault) => (
            <li key={fault}>
              <Icon name="fault" /> {t(`fault_${fault}`)}
            </li>
          ))}
        </ul>
      )}
      {!allowed && <p className="quiet">{t('airspace_dispatcher_note')}</p>}
      {problem !== null && (
        <p className="decide-problem" role="alert">
          {t('publish_failed', { reason: lines.length === 0 ? problemWords(t, lang, problem) : lines.join(' ') })}
        </p>
      )}
      {phase === 'asked' && allowed && (
        <Button className="main-button" isDisabled={faults.length > 0} onPress={() => setPhase('confirm')}>
          {t('publish_button')}
        </Button>
      )}
      {phase !== 'asked' && (
        <div className="zone-question" data-escape-cancels="true" onKeyDown={(event) => event.key === 'Escape' && setPhase('asked')}>
          <p>
            {t('publish_effect')}{' '}
            {impact.phase === 'known' && t('publish_effect_counts', { airborne: number(lang, impact.airborne), filed: number(lang, impact.filed) })}
          </p>
          <div className="decide-buttons">
            <Button className="main-button main-danger" isDisabled={phase === 'sending'} autoFocus onPress={() => void send()}>
              {t(phase === 'sending' ? 'publish_busy' : 'publish_confirm')}
            </Button>
            <Button className="quiet-button" isDisabled={phase === 'sending'} onPress={() => setPhase('asked')}>
              {t('decide_back')}
            </Button>
          </div>
        </div>
      )}
    </div>
  )
}
