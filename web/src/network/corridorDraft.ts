/** A corridor while it is edited: what a person fills in, what is wrong with it, and what the service is sent. */

import type { NetworkCorridor } from '../api/network'
import type { Datum } from '../api/types'
import { faultOf, type Shape, type ShapeFault } from '../draw/shape'

export interface CorridorDraft {
  /** Null: a new corridor. */
  readonly version: number | null
  readonly corridor_id: string
  readonly name: string
  readonly name_zh: string
  readonly lower: string
  readonly upper: string
  readonly datum: Datum
  readonly direction: 'both' | 'forward'
  readonly speed: string
  readonly layer: string
  readonly capacity: string
  readonly source: string | null
  readonly demonstration: boolean
  readonly shape: Shape
}

export const emptyCorridor = (): CorridorDraft => ({
  version: null,
  corridor_id: '',
  name: '',
  name_zh: '',
  lower: '60',
  upper: '120',
  datum: 'AGL',
  direction: 'both',
  speed: '',
  layer: '',
  capacity: '',
  source: null,
  demonstration: false,
  shape: { kind: 'corridor', points: [], width_m: 60 },
})

export const corridorDraftOf = ({ geometry, properties, version }: NetworkCorridor): CorridorDraft => ({
  version,
  corridor_id: properties.corridor_id,
  name: properties.name,
  name_zh: properties.name_zh ?? '',
  lower: String(properties.lower_m),
  upper: String(properties.upper_m),
  datum: properties.datum,
  direction: properties.direction,
  speed: properties.speed_mps == null ? '' : String(properties.speed_mps),
  layer: properties.layer ?? '',
  capacity: properties.capacity == null ? '' : String(properties.capacity),
  source: properties.source ?? null,
  demonstration: properties.demonstration ?? false,
  shape: { kind: 'corridor', points: geometry.coordinates.map(([lon, lat]) => [lon!, lat!] as const), width_m: properties.width_m },
})

export type CorridorFault = 'id' | 'name' | 'band' | 'speed' | 'capacity' | ShapeFault

const ID = /^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,63}$/

export function corridorFaults(draft: CorridorDraft): readonly CorridorFault[] {
  const found: CorridorFault[] = []
  if (!ID.test(draft.corridor_id)) found.push('id')
  if (draft.name.trim() === '') found.push('name')
  if (draft.lower.trim() === '' || draft.upper.trim() === '' || !(Number(draft.lower) < Number(draft.upper))) found.push('band')
  if (draft.speed.trim() !== '' && !(Number(draft.speed) > 0)) found.push('speed')
  if (draft.capacity.trim() !== '' && !(/^\d{1,5}$/.test(draft.capacity.trim()) && Number(draft.capacity) >= 1)) found.push('capacity')
  // A corridor may cross itself; too few points and a bad width are wrong.
  const drawn = faultOf(draft.shape)
  if (drawn !== null && drawn !== 'crossing') found.push(drawn)
  return found
}

/** What the service is sent; call it only without faults. */
export const corridorFeature = (draft: CorridorDraft): GeoJSON.Feature => ({
  type: 'Feature',
  geometry: { type: 'LineString', coordinates: draft.shape.points.map(([lon, lat]) => [Number(lon.toFixed(7)), Number(lat.toFixed(7))]) },
  properties: {
    corridor_id: draft.corridor_id,
    name: draft.name.trim(),
    ...(draft.name_zh.trim() === '' ? {} : { name_zh: draft.name_zh.trim() }),
    width_m: draft.shape.kind === 'corridor' ? draft.shape.width_m : 60,
    lower_m: Number(draft.lower),
    upper_m: Number(draft.upper),
    datum: draft.datum,
    direction: draft.direction,
    ...(draft.speed.trim() === '' ? {} : { speed_mps: Number(draft.speed) }),
    ...(draft.layer.trim() === '' ? {} : { layer: draft.layer.trim() }),
    ...(draft.capacity.trim() === '' ? {} : { capacity: Number(draft.capacity) }),
    ...(draft.source === null ? {} : { source: draft.source }),
    demonstration: draft.demonstration,
  },
})
