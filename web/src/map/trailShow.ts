/** Draws trails: of every drone in view from a zoom at which they are told apart, and of the chosen one for as long as it is. */

import type { GeoJSONSource, Map as MapLibreMap } from 'maplibre-gl'
import { city } from '../city/shenzhen'
import type { Fix, LiveFeed } from '../live/liveFeed'
import { mercatorX, mercatorY } from '../live/mercator'
import { isStale } from '../live/reckoning'
import { trailCollection } from './planDrawing'
import { TRAILS_FROM_ZOOM } from './style'
import { Trails } from './trails'

const CHOSEN_POINTS = 600

export class TrailShow {
  private readonly trails = new Trails({ x: mercatorX(city.origin.lon_deg), y: mercatorY(city.origin.lat_deg) })
  private chosen: [number, number][] = []
  private drawn = false

  constructor(
    private readonly map: MapLibreMap,
    private readonly feed: LiveFeed,
  ) {}

  /** Begin the trail of another drone with what was seen of it; null for none. */
  choose(row: number | null): void {
    this.chosen = row === null ? [] : this.trails.ofRow(row)
  }

  /** The path the chosen drone was seen to fly. */
  get ofChosen(): GeoJSON.FeatureCollection {
    return trailCollection(this.chosen)
  }

  /** Take where everything is now; once a second. */
  note(fix: Fix | null): void {
    const noted = this.trails.note(this.feed.frame, this.feed.serverNowMs(), (row) => this.feed.identity(row)?.track_id ?? null)
    this.drawn &&= !noted
    const last = this.chosen[this.chosen.length - 1]
    if (fix === null || isStale(fix.age_s) || (last !== undefined && last[0] === fix.lon_deg && last[1] === fix.lat_deg)) return
    this.chosen.push([fix.lon_deg, fix.lat_deg])
    if (this.chosen.length > CHOSEN_POINTS) this.chosen.shift()
  }

  /** Draw what is new; `always` after the map was moved. */
  draw(hidden: boolean, always = false): void {
    const source = this.map.getSource<GeoJSONSource>('trails')
    if (source === undefined || hidden || this.map.getZoom() < TRAILS_FROM_ZOOM || (this.drawn && !always)) return
    this.drawn = true
    const box = this.map.getBounds()
    source.setData(this.trails.collection(this.feed.frame, [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()]))
  }
}
