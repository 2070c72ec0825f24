/** Where the map looks: what cards, drawers and lists cover at the edges is left out of account. */

import type { Map as MapLibreMap } from 'maplibre-gl'
import { city } from '../city/shenzhen'

/** What cards and drawers at the edges cover, CSS pixels. */
export interface Insets {
  readonly left: number
  readonly right: number
}

export const usualInsets: Insets = { left: 312, right: 368 }
const PLANS_PX = 316
const CENTRE_ZOOM = 13.2
const MOVE_MS = 500

type Box = [west: number, south: number, east: number, north: number]
type Place = { readonly lat_deg: number; readonly lon_deg: number }

const isWide = () => window.innerWidth > 1100

/** Room for the cards at the left edge, where there is room to give. */
export const cityPadding = (left = usualInsets.left) => ({ top: 24, right: 24, bottom: 24, left: isWide() ? left : 24 })

export class MapCamera {
  insets = usualInsets
  plansOpen = false

  constructor(private readonly map: MapLibreMap) {}

  /** Bring a box into what the edges leave free. */
  showBox(box: Box): void {
    const { left, right } = this.insets
    this.map.fitBounds(box, { padding: { top: 56, bottom: 56, left: left + 48, right: right + 48 }, maxZoom: 15.5, duration: MOVE_MS })
  }

  /** The same for what explains something, with room for words around it. */
  showNarrow(box: Box): void {
    const wide = isWide()
    const padding = {
      top: 72,
      bottom: (this.plansOpen ? PLANS_PX : 0) + 56,
      left: wide ? this.insets.left + 40 : 40,
      right: wide ? this.insets.right + 56 : 40,
    }
    this.map.fitBounds(box, { padding, maxZoom: 16, duration: MOVE_MS })
  }

  /** From the middle of the map to the middle of what cards and drawer leave free, CSS pixels. */
  private visibleCentre(): [number, number] {
    const up_px = this.plansOpen ? -PLANS_PX / 2 : 0
    return isWide() ? [(this.insets.left - this.insets.right) / 2, up_px] : [0, up_px]
  }

  follow(at: Place | null): void {
    if (at === null || this.map.isMoving()) return
    this.map.easeTo({ center: [at.lon_deg, at.lat_deg], offset: this.visibleCentre(), duration: 0 })
  }

  centreOn(at: Place | null): void {
    if (at === null) return
    const zoom = Math.max(this.map.getZoom(), CENTRE_ZOOM)
    this.map.easeTo({ center: [at.lon_deg, at.lat_deg], zoom, offset: this.visibleCentre(), duration: MOVE_MS })
  }

  showCity(): void {
    const [west, south, east, north] = city.home_bbox
    this.map.fitBounds([west, south, east, north], { padding: cityPadding(this.insets.left), duration: MOVE_MS })
  }

  zoomBy(steps: number): void {
    this.map.easeTo({ zoom: this.map.getZoom() + steps, duration: 250 })
  }
}
