/** Which drones carry a label, in which order of importance, and what it says; placed a few times a second. */

import type { Map as MapLibreMap } from 'maplibre-gl'
import { city } from '../city/shenzhen'
import { number, quantity } from '../i18n/format'
import { translator, type Lang } from '../i18n/translate'
import { epochMs } from '../live/clock'
import { stateCode } from '../live/decode'
import type { LiveFeed } from '../live/liveFeed'
import { mercatorX, mercatorY } from '../live/mercator'
import { isStale } from '../live/reckoning'
import { AT_AGE_S, AT_ROW, AT_STATE, AT_X, AT_Y, PACKED_WORDS } from '../live/trackStore'
import { symbolSizePx, type DroneLayer } from './droneLayer'
import type { Candidate, LabelSheet, LabelText } from './droneLabels'

const LABELS_FROM_ZOOM = 12.2
const DETAIL_FROM_ZOOM = 13.6
const CANDIDATE_LIMIT = 400
/** Labels at most while the whole city is in view, where more would hide it. */
const CITY_LABELS = 40
const STALE_RANK = 4
const stateRank = [6, 1, 0, 2, 3, 3]

/** What of the map's state decides about labels. */
export interface LabelScene {
  readonly ready: boolean
  readonly lang: Lang
  readonly hiddenGroups: ReadonlySet<string>
  repaint(): void
}

export class LabelArranger {
  private timer: ReturnType<typeof setTimeout> | null = null

  constructor(
    private readonly map: MapLibreMap,
    private readonly feed: LiveFeed,
    private readonly drones: DroneLayer,
    private readonly sheet: LabelSheet,
    private readonly scene: LabelScene,
  ) {}

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer)
  }

  soon(delay_ms: number): void {
    if (delay_ms === 0 && this.timer !== null) {
      clearTimeout(this.timer)
      this.timer = null
    }
    this.timer ??= setTimeout(() => this.arrange(), delay_ms)
  }

  private arrange(): void {
    this.timer = null
    if (!this.scene.ready) return
    const { frame } = this.feed
    const elapsed_s = (epochMs() - frame.packed_at_ms) / 1000
    const stale = (slot: number) => isStale(frame.data[slot * PACKED_WORDS + AT_AGE_S]! + elapsed_s)
    const size = symbolSizePx(this.map.getZoom(), frame.shown)
    // A selected or hovered symbol has a ring around it.
    const gapOf = ({ rank }: Candidate) => (rank < 0 ? size * 2.3 + 9 : size * 1.6 + 4)
    this.sheet.arrange(this.candidates(stale), (candidate) => this.textOf(candidate, elapsed_s), frame.data, stale, gapOf)
    this.sheet.follow(frame.data, (row) => this.feed.slotOf(row))
    this.scene.repaint()
  }

  private candidates(stale: (slot: number) => boolean): Candidate[] {
    const { data, shown } = this.feed.frame
    const everyone = this.map.getZoom() >= LABELS_FROM_ZOOM && !this.scene.hiddenGroups.has('labels')
    const { clientWidth, clientHeight } = this.map.getCanvas()
    const [west, north] = this.screenOrigin()
    const world = 512 * 2 ** this.map.getZoom()
    const found: Candidate[] = []
    for (let slot = 0; slot < shown; slot++) {
      const at = slot * PACKED_WORDS
      const row = data[at + AT_ROW]!
      const chosen = row === this.drones.selectedRow || row === this.drones.hoveredRow
      const state = data[at + AT_STATE]!
      const old = stale(slot)
      if (!chosen && !everyone && state === 0 && !old) continue
      if (!chosen && this.scene.hiddenGroups.has('labels') && state === 0 && !old) continue
      const x_px = (data[at + AT_X]! - west) * world
      const y_px = (data[at + AT_Y]! - north) * world
      if (x_px < -20 || y_px < -20 || x_px > clientWidth + 20 || y_px > clientHeight + 20) continue
      const rank = chosen ? -1 : state === 0 ? (old ? STALE_RANK : stateRank[0]!) : stateRank[state]!
      found.push({ row, slot, x_px, y_px, rank })
    }
    // Placing is quadratic in what is placed: past some hundreds only the most important can find room anyway.
    const limit = everyone ? CANDIDATE_LIMIT : CITY_LABELS
    return found.length <= limit ? found : found.sort((a, b) => a.rank - b.rank || a.row - b.row).slice(0, limit)
  }

  /** Mercator position of the top left corner, relative to the origin. */
  screenOrigin(): [number, number] {
    const corner = this.map.unproject([0, 0])
    return [mercatorX(corner.lng) - mercatorX(city.origin.lon_deg), mercatorY(corner.lat) - mercatorY(city.origin.lat_deg)]
  }

  private textOf(candidate: Candidate, elapsed_s: number): LabelText {
    const { data } = this.feed.frame
    const at = candidate.slot * PACKED_WORDS
    const identity = this.feed.identity(candidate.row)
    const t = translator(this.scene.lang)
    const name = identity?.registration ?? identity?.aircraft_id ?? identity?.track_id ?? t('value_unknown')
    const short = name.length > 14 ? `${name.slice(0, 13)}…` : name
    const age_s = data[at + AT_AGE_S]! + elapsed_s
    if (isStale(age_s)) return { name: short, detail: t('feed_age', { n: number(this.scene.lang, Math.floor(age_s)) }) }
    const attention = data[at + AT_STATE] !== stateCode('conforming')
    const detailFrom = attention ? LABELS_FROM_ZOOM : DETAIL_FROM_ZOOM
    if (candidate.rank >= 0 && this.map.getZoom() < detailFrom) return { name: short, detail: null }
    const fix = this.feed.fixAt(candidate.slot)
    const altitude = quantity(t, this.scene.lang, 'unit_m', fix?.alt_m)
    const speed = quantity(t, this.scene.lang, 'unit_mps', fix?.speed_mps)
    return { name: short, detail: t(`label_detail_${this.feed.datum}`, { altitude, speed }) }
  }
}
