/** Says loudly when what is on the map is no longer live. */

import { Button } from 'react-aria-components'
import { useLater } from '../app/hooks'
import { useLook } from '../app/look'
import { beijingTime, number } from '../i18n/format'
import type { FeedStats } from '../live/protocol'

const CONNECTING_GRACE_MS = 2_500
const QUIET_GRACE_S = 5

interface Props {
  readonly stats: FeedStats | null
  readonly now_ms: number
  readonly onRetry: () => void
}

export function ConnectionBanner({ stats, now_ms, onRetry }: Props) {
  const { t, lang } = useLook()
  const slow = useLater(CONNECTING_GRACE_MS)
  const link = stats?.link ?? 'connecting'
  const age_s = stats?.feed_age_s ?? null
  if (link === 'quiet' && age_s !== null && age_s > QUIET_GRACE_S) {
    return (
      <div className="banner banner-quiet" role="status">
        <strong>{t('banner_quiet_title')}</strong>
        <span>{t('banner_quiet_body', { n: number(lang, age_s) })}</span>
      </div>
    )
  }
  if (link !== 'lost' && !(link === 'connecting' && slow)) return null
  return (
    <div className="banner banner-lost" role="alert">
      <strong>{t('banner_lost_title')}</strong>
      <span>
        {age_s === null
          ? t('banner_lost_never')
          : t('banner_lost_body', { time: beijingTime(now_ms - age_s * 1000), n: number(lang, age_s) })}
      </span>
      <Button className="banner-button" onPress={onRetry}>
        {t('banner_retry')}
      </Button>
    </div>
  )
}
