/** Play, pause, speed, and the scrubber with what happened drawn along it. */

import { Button } from 'react-aria-components'
import type { PastAlert } from '../../api/replay'
import { useLook } from '../../app/look'
import { beijingDay, beijingTime, localDetail, number, utcDayTime } from '../../i18n/format'
import { speeds, type Speed } from '../../replay/replayTime'
import { Icon } from '../../ui/icons'
import type { ReplayControl } from './useReplay'

const STEP_MS = 10_000

export function Transport({ replay, alerts }: { readonly replay: ReplayControl; readonly alerts: readonly PastAlert[] }) {
  const { t, lang } = useLook()
  const { from_ms, to_ms, cursor_ms, paused, speed, phase, marks } = replay
  const at = new Date(cursor_ms)
  const share = (at_ms: number) => ((at_ms - from_ms) / (to_ms - from_ms)) * 1000
  const within = (at_ms: number) => at_ms >= from_ms && at_ms <= to_ms
  return (
    <div className="transport">
      <div className="transport-buttons">
        <Button className="icon-button" aria-label={t('replay_back')} onPress={() => replay.seek(cursor_ms - STEP_MS)}>
          <Icon name="back10" />
        </Button>
        <Button className="main-button transport-play" aria-label={t(paused ? 'replay_play' : 'replay_pause')} onPress={replay.toggle}>
          <Icon name={paused ? 'play' : 'pause'} />
        </Button>
        <Button className="icon-button" aria-label={t('replay_ahead')} onPress={() => replay.seek(cursor_ms + STEP_MS)}>
          <Icon name="ahead10" />
        </Button>
        <label className="transport-speed">
          <span className="quiet">{t('replay_speed')}</span>
          <select value={speed} onChange={(event) => replay.setSpeed(Number(event.target.value) as Speed)}>
            {speeds.map((value) => (
              <option key={value} value={value}>
                {t('replay_times', { n: String(value) })}
              </option>
            ))}
          </select>
        </label>
        <p className="transport-clock" title={t('clock_utc', { time: utcDayTime(at) })}>
          <time dateTime={at.toISOString()}>{beijingTime(at)}</time>
          <span className="quiet"> {beijingDay(at)}</span>
        </p>
        <p className="quiet transport-phase" role="status">
          {t(phase === 'failed' ? 'replay_paused' : `replay_${phase}`)}
        </p>
      </div>
      <div className="transport-track">
        <svg className="transport-marks" viewBox="0 0 1000 20" preserveAspectRatio="none" aria-hidden="true">
          {alerts
            .filter(({ at_ms }) => within(at_ms))
            .map(({ at_ms, alert }) => (
              <rect key={alert.alert_id} className={`tick-${alert.severity}`} x={share(at_ms) - 0.8} y="0" width="2.4" height="9">
                <title>{localDetail(lang, alert)}</title>
              </rect>
            ))}
          {marks
            .filter(({ at_ms }) => within(at_ms))
            .map((mark) => (
              <path key={mark.at_ms} className="tick-mark" d={`M${share(mark.at_ms) - 3} 20h6l-3 -9z`} />
            ))}
        </svg>
        <input
          type="range"
          aria-label={t('replay_scrub')}
          aria-valuetext={beijingTime(at)}
          min={from_ms}
          max={to_ms}
          step={1000}
          value={Math.round(cursor_ms / 1000) * 1000}
          onChange={(event) => replay.seek(Number(event.target.value))}
        />
        <div className="transport-ends quiet" aria-hidden="true">
          <span>{beijingTime(from_ms)}</span>
          <span>{t('replay_minutes', { n: number(lang, replay.length_s / 60) })}</span>
          <span>{beijingTime(to_ms)}</span>
        </div>
      </div>
    </div>
  )
}
