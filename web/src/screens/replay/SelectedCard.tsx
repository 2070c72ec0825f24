/** The drone one clicked on in the replay, as it was at that instant. */

import { useEffect, useState } from 'react'
import { Button } from 'react-aria-components'
import { useConsole } from '../../app/consoleContext'
import { useFirms } from '../../app/hooks'
import { useLook } from '../../app/look'
import { firmName, heading, position, quantity } from '../../i18n/format'
import { stateNames } from '../../live/decode'
import type { Fix } from '../../live/liveFeed'
import { Row } from '../../panels/Drawer'
import { Icon } from '../../ui/icons'
import { StateMark } from '../../ui/StateMark'
import type { ReplayControl } from './useReplay'

const EVERY_MS = 500

export function SelectedCard({ replay, trackId, onClose }: { readonly replay: ReplayControl; readonly trackId: string; readonly onClose: () => void }) {
  const { t, lang } = useLook()
  const { go } = useConsole()
  const firms = useFirms()
  const [fix, setFix] = useState<Fix | null>(null)
  useEffect(() => {
    const read = () => setFix(replay.feed.fixOfTrack(trackId))
    read()
    const timer = setInterval(read, EVERY_MS)
    return () => clearInterval(timer)
  }, [replay.feed, trackId])
  const row = replay.feed.rowOfTrack(trackId)
  const who = row === null ? null : replay.feed.identity(row)
  const state = fix === null ? 'unknown' : (stateNames[fix.state] ?? 'unknown')
  return (
    <section className="replay-card" aria-label={t('replay_selected')}>
      <div className="replay-card-head">
        <span className={`badge state-${state}`}>
          <StateMark state={state} />
          {t(`state_${state}`)}
        </span>
        <strong>{who?.registration ?? trackId}</strong>
        <Button className="icon-button" aria-label={t('panel_close')} onPress={onClose}>
          <Icon name="close" />
        </Button>
      </div>
      <dl>
        <Row name={t('field_operator')}>{firmName(lang, firms, who?.operator_id, who?.operator_name ?? null)}</Row>
        <Row name={t('section_altitude')}>{fix === null ? null : `${quantity(t, lang, 'unit_m', fix.alt_m, 1)} ${t(`datum_${replay.feed.datum}`)}`}</Row>
        <Row name={t('field_ground_speed')}>{fix === null ? null : quantity(t, lang, 'unit_mps', fix.speed_mps, 1)}</Row>
        <Row name={t('field_heading')}>{fix === null || fix.heading_deg === null ? null : t('unit_deg', { n: heading(fix.heading_deg) })}</Row>
        <Row name={t('field_coordinates')}>{fix === null ? null : position(fix.lat_deg, fix.lon_deg)}</Row>
        <Row name={t('field_position_age')}>{fix === null ? null : quantity(t, lang, 'unit_s', Math.max(0, fix.age_s), 1)}</Row>
      </dl>
      {who?.plan_id != null && (
        <Button className="link-button" onPress={() => go('live', { plan: who.plan_id ?? '' })}>
          {t('plan_open')}
        </Button>
      )}
    </section>
  )
}
