/**
 * Drawing on the map by mouse: points are set by clicks, moved by dragging, inserted at the middle of an edge.
 *
 * The tool holds no state of the shape: it shows what it is given, and says what was done to it. Typed coordinates and
 * undo go the same way, so that hand and keyboard cannot disagree.
 */

import type { GeoJSONSource, LayerSpecification, Map as MapLibreMap, MapMouseEvent } from 'maplibre-gl'
import { flatM, fromPlane, ringOf, toPlane, withPoints, type LonLat, type Shape } from '../draw/shape'
import type { Palette } from './palette'
import { FONT } from './images'

export interface DraftEvents {
  /** `join`: a further move of the drag that the last change began. */
  onShape(shape: Shape, join: boolean): void
  onFinish(): void
}

const SOURCE = 'draft'
const none: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] }

function layers(palette: Palette): LayerSpecification[] {
  const colour = palette.accent
  return [
    { id: 'draft-fill', type: 'fill', source: SOURCE, filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': ['case', ['get', 'bad'], palette.state.contingent, colour], 'fill-opacity': 0.18 } },
    { id: 'draft-casing', type: 'line', source: SOURCE, filter: ['!=', ['geometry-type'], 'Point'], layout: { 'line-join': 'round' }, paint: { 'line-color': palette.halo, 'line-width': 5, 'line-opacity': 0.8 } },
    { id: 'draft-line', type: 'line', source: SOURCE, filter: ['!=', ['geometry-type'], 'Point'], layout: { 'line-join': 'round' }, paint: { 'line-color': ['case', ['get', 'bad'], palette.state.contingent, colour], 'line-width': 2.2 } },
    {
      id: 'draft-label',
      type: 'symbol',
      source: SOURCE,
      filter: ['has', 'label'],
      layout: { 'text-field': ['get', 'label'], 'text-font': [FONT], 'text-size': 13, 'text-allow-overlap': true },
      paint: { 'text-color': palette.text, 'text-halo-color': palette.halo, 'text-halo-width': 1.6 },
    },
    {
      id: 'draft-handle',
      type: 'circle',
      source: SOURCE,
      filter: ['has', 'handle'],
      paint: {
        'circle-radius': ['match', ['get', 'handle'], 'middle', 4, 6.5],
        'circle-color': ['match', ['get', 'handle'], 'middle', palette.halo, colour],
        'circle-stroke-color': ['match', ['get', 'handle'], 'middle', colour, palette.halo],
        'circle-stroke-width': 2,
      },
    },
  ]
}

interface Handle {
  readonly what: 'point' | 'middle' | 'radius'
  readonly index: number
}

export class DraftTool {
  private shape: Shape | null = null
  private others: readonly GeoJSON.Feature[] = []
  private drawing = false
  private editable = false
  private bad = false
  private grabbed: Handle | null = null
  private moved = false
  private listening = false

  constructor(
    private readonly map: MapLibreMap,
    private readonly events: DraftEvents,
    palette: Palette,
  ) {
    map.addSource(SOURCE, { type: 'geojson', data: none })
    for (const layer of layers(palette)) map.addLayer(layer)
    map.on('mousedown', this.down)
    map.on('mousemove', this.move)
    map.on('mouseup', this.up)
    map.on('click', this.click)
    map.on('dblclick', this.double)
    this.listening = true
  }

  destroy(): void {
    if (!this.listening) return
    this.listening = false
    this.map.off('mousedown', this.down)
    this.map.off('mousemove', this.move)
    this.map.off('mouseup', this.up)
    this.map.off('click', this.click)
    this.map.off('dblclick', this.double)
    for (const { id } of layers(({ accent: '', halo: '', text: '', state: {} }) as unknown as Palette)) if (this.map.getLayer(id)) this.map.removeLayer(id)
    if (this.map.getSource(SOURCE)) this.map.removeSource(SOURCE)
    this.map.getCanvas().style.cursor = ''
  }

  restyle(palette: Palette): void {
    const paint = this.map as unknown as { setPaintProperty(layer: string, name: string, value: unknown): void }
    for (const layer of layers(palette)) for (const [name, value] of Object.entries(layer.paint ?? {})) paint.setPaintProperty(layer.id, name, value)
  }

  /** How many areas that are only looked at are shown. */
  get beside(): number {
    return this.others.length
  }

  /** Show a shape. While `drawing`, clicks add points; an `editable` one has handles. `others` are areas only looked at. */
  show(shape: Shape | null, { drawing, editable, bad, others }: { drawing: boolean; editable: boolean; bad: boolean; others: readonly GeoJSON.Feature[] }): void {
    this.shape = shape
    this.drawing = drawing
    this.editable = editable
    this.bad = bad
    this.others = others
    this.map.getCanvas().style.cursor = drawing ? 'crosshair' : ''
    this.push()
  }

  /** Whether a click now belongs to the drawing and picks nothing. */
  get takesClicks(): boolean {
    return this.drawing
  }

  private push(): void {
    this.map.getSource<GeoJSONSource>(SOURCE)?.setData({ type: 'FeatureCollection', features: [...this.others, ...this.features()] })
  }

  private features(): GeoJSON.Feature[] {
    const { shape } = this
    if (shape === null) return []
    const properties = { bad: this.bad }
    const found: GeoJSON.Feature[] = []
    const ring = ringOf(shape)
    if (shape.kind === 'fixed') found.push({ type: 'Feature', geometry: shape.geometry, properties })
    else if (ring.length > 3) found.push({ type: 'Feature', geometry: { type: 'Polygon', coordinates: [ring.map((point) => [...point])] }, properties })
    if (shape.kind === 'corridor' || (shape.kind === 'polygon' && shape.points.length === 2))
      found.push({ type: 'Feature', geometry: { type: 'LineString', coordinates: shape.points.map((point) => [...point]) }, properties })
    if (this.editable) for (const [handle, at] of this.handles()) found.push({ type: 'Feature', geometry: { type: 'Point', coordinates: [...at] }, properties: { handle: handle.what, bad: false } })
    return found
  }

  private handles(): [Handle, LonLat][] {
    const { shape } = this
    if (shape === null || shape.kind === 'fixed') return []
    const points = shape.points.map((at, index): [Handle, LonLat] => [{ what: 'point', index }, at])
    if (shape.kind === 'circle') {
      const centre = shape.points[0]
      return centre === undefined ? points : [...points, [{ what: 'radius', index: 0 }, fromPlane(centre, [shape.radius_m, 0])]]
    }
    if (shape.kind === 'places') return points
    const last = shape.kind === 'polygon' && shape.points.length > 2 ? shape.points.length : shape.points.length - 1
    const middles = Array.from({ length: Math.max(0, last) }, (_, index): [Handle, LonLat] => {
      const [a, b] = [shape.points[index]!, shape.points[(index + 1) % shape.points.length]!]
      return [{ what: 'middle', index }, [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]]
    })
    return [...middles, ...points]
  }

  private handleAt(event: MapMouseEvent): Handle | null {
    if (!this.editable) return null
    let best: Handle | null = null
    let least = 12
    for (const [handle, at] of this.handles()) {
      const px = this.map.project([at[0], at[1]])
      const distance = Math.hypot(px.x - event.point.x, px.y - event.point.y) + (handle.what === 'middle' ? 3 : 0)
      if (distance < least) {
        least = distance
        best = handle
      }
    }
    return best
  }

  private readonly down = (event: MapMouseEvent): void => {
    const handle = this.handleAt(event)
    if (handle === null || event.originalEvent.button !== 0) return
    event.preventDefault()
    this.grabbed = handle
    this.moved = false
  }

  private readonly move = (event: MapMouseEvent): void => {
    const { shape, grabbed } = this
    if (shape === null || shape.kind === 'fixed') return
    const at: LonLat = [event.lngLat.lng, event.lngLat.lat]
    if (grabbed === null) {
      if (this.editable) this.map.getCanvas().style.cursor = this.handleAt(event) !== null ? 'move' : this.drawing ? 'crosshair' : ''
      return
    }
    const join = this.moved
    this.moved = true
    if (grabbed.what === 'radius' && shape.kind === 'circle') {
      this.events.onShape({ ...shape, radius_m: Math.max(1, Math.round(flatM(shape.points[0]!, at))) }, join)
    } else if (grabbed.what === 'middle') {
      this.grabbed = { what: 'point', index: grabbed.index + 1 }
      this.events.onShape(withPoints(shape, [...shape.points.slice(0, grabbed.index + 1), at, ...shape.points.slice(grabbed.index + 1)]), false)
    } else {
      this.events.onShape(withPoints(shape, shape.points.map((point, i) => (i === grabbed.index ? at : point))), join)
    }
  }

  private readonly up = (): void => {
    this.grabbed = null
  }

  private readonly click = (event: MapMouseEvent): void => {
    const { shape } = this
    if (!this.drawing || shape === null || shape.kind === 'fixed' || this.moved) {
      this.moved = false
      return
    }
    const at: LonLat = [event.lngLat.lng, event.lngLat.lat]
    const handle = this.handleAt(event)
    // The first corner closes a polygon.
    if (handle?.what === 'point' && handle.index === 0 && shape.kind === 'polygon' && shape.points.length > 2) return this.events.onFinish()
    if (handle?.what === 'point') return
    if (shape.kind === 'circle' && shape.points[0] !== undefined) {
      const [x, y] = toPlane(shape.points[0], at)
      this.events.onShape({ ...shape, radius_m: Math.max(1, Math.round(Math.hypot(x, y))) }, false)
      return this.events.onFinish()
    }
    this.events.onShape(withPoints(shape, [...shape.points, at]), false)
  }

  private readonly double = (event: MapMouseEvent): void => {
    if (!this.drawing) return
    event.preventDefault()
    this.events.onFinish()
  }
}
