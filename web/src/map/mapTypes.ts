/** What the map is told and tells. */

import type { LiveFeed } from '../live/liveFeed'
import type { Lang } from '../i18n/translate'
import type { Theme } from './palette'

export type Picked =
  | { readonly kind: 'drone'; readonly track_id: string }
  | { readonly kind: 'zone'; readonly zone_id: string }
  | { readonly kind: 'site'; readonly site_id: string }
  | { readonly kind: 'plan'; readonly plan_id: string }

export interface Camera {
  readonly lat_deg: number
  readonly lon_deg: number
  readonly zoom: number
}

/** What the screen in front of the map wants to hear of. */
export interface CityMapEvents {
  readonly onPick?: (picked: Picked | null) => void
  /** The person moved the map by hand. */
  readonly onTakenOver?: () => void
}

export interface CityMapOptions {
  readonly container: HTMLElement
  readonly feed: LiveFeed
  readonly theme: Theme
  readonly lang: Lang
  readonly camera: Camera | null
  readonly label: string
  readonly onCamera: (camera: Camera) => void
}
