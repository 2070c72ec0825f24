/** The codes and coordinates other systems know a drone's place by. */

import { useCallback } from 'react'
import type { LiveFeed } from '../../live/liveFeed'
import { useLook } from '../../app/look'
import { position } from '../../i18n/format'
import { Row } from '../Drawer'
import { useGrid } from './useFlightStory'

const BEIDOU_LEVEL = '8'
const H3_RESOLUTION = '9'

export function PlaceCodes({ feed, trackId }: { readonly feed: LiveFeed; readonly trackId: string }) {
  const { t } = useLook()
  const place = useCallback(() => {
    const fix = feed.fixOfTrack(trackId)
    return fix === null ? null : ([fix.lat_deg, fix.lon_deg] as const)
  }, [feed, trackId])
  const { value } = useGrid(place, trackId)
  const code = (text: string | undefined) => (text === undefined ? null : <span className="mono shortened" title={text}>{text}</span>)
  return (
    <>
      <Row name={t('grid_cgcs')}>{t('grid_cgcs_same')}</Row>
      <Row name={t('grid_gcj')}>{value === null ? null : <span className="mono">{position(value.gcj02.lat_deg, value.gcj02.lon_deg)}</span>}</Row>
      <Row name={t('grid_beidou', { n: BEIDOU_LEVEL })}>{code(value?.beidou_codes[BEIDOU_LEVEL])}</Row>
      <Row name={t('grid_h3', { n: H3_RESOLUTION })}>{code(value?.h3_cells[H3_RESOLUTION])}</Row>
    </>
  )
}
