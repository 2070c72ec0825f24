/**
 * The city's H3 cells, coloured by how many flights are planned in each or by their ceiling.
 *
 * The outlines are built once (21,000 at resolution 9); what changes goes through feature states, a few milliseconds for
 * thousands. Both the library and the outlines are loaded when somebody first asks for the layer.
 */

import type { ExpressionSpecification, LayerSpecification, Map as MapLibreMap } from 'maplibre-gl'
import type { Palette } from './palette'

export const cellViews = ['none', 'load', 'ceiling'] as const
/** What cells are shaded by; `people`: how many live in a cell, in `load`; shown by the network screen only. */
export type CellView = (typeof cellViews)[number]
export type CellShade = CellView | 'people'

export interface Cell {
  readonly cell: string
  readonly load: number
  readonly ceiling_agl_m: number | null
  readonly status: string
}

const SOURCE = 'cells'
const BELOW = 'zone-fill'

const value = (name: string): ExpressionSpecification => ['coalesce', ['feature-state', name], -1]
const isClosed: ExpressionSpecification = ['boolean', ['feature-state', 'closed'], false]

/** One hue, from faint to strong: how much, not how bad. Closed cells stand out by a colour kept for attention, and by their outline. */
function fill(palette: Palette, view: CellShade): { readonly colour: ExpressionSpecification; readonly opacity: ExpressionSpecification } {
  const shade: ExpressionSpecification =
    view === 'load'
      ? ['interpolate', ['linear'], value('load'), 0, 0, 1, 0.16, 4, 0.34, 12, 0.55, 30, 0.75]
      : view === 'people'
        ? ['interpolate', ['linear'], value('load'), 0, 0, 300, 0.1, 4_000, 0.3, 15_000, 0.6, 40_000, 0.8]
        : ['interpolate', ['linear'], value('ceiling'), -1, 0, 0, 0.6, 60, 0.42, 120, 0.24, 300, 0.1]
  return { colour: ['case', isClosed, palette.state.contingent, palette.state.unplanned], opacity: ['case', isClosed, 0.45, shade] }
}

function layers(palette: Palette, view: CellShade): LayerSpecification[] {
  const { colour, opacity } = fill(palette, view)
  return [
    { id: 'cell-fill', type: 'fill', source: SOURCE, paint: { 'fill-color': colour, 'fill-opacity': opacity, 'fill-antialias': false } },
    { id: 'cell-line', type: 'line', source: SOURCE, minzoom: 11.5, paint: { 'line-color': palette.coast, 'line-width': ['case', isClosed, 1.6, 0.5], 'line-opacity': 0.6 } },
  ]
}

export class CellLayer {
  private readonly last = new Map<string, string>()

  private constructor(
    private readonly map: MapLibreMap,
    private palette: Palette,
    private view: CellShade,
  ) {}

  /** Build the outlines of these cells and draw them under the zones. */
  static async create(map: MapLibreMap, palette: Palette, view: CellShade, cells: readonly Cell[]): Promise<CellLayer> {
    const { cellToBoundary } = await import('h3-js')
    const features = cells.map(({ cell }, id): GeoJSON.Feature => {
      const ring = cellToBoundary(cell, true)
      return { type: 'Feature', id, geometry: { type: 'Polygon', coordinates: [ring] }, properties: { cell } }
    })
    const layer = new CellLayer(map, palette, view)
    layer.destroy()
    map.addSource(SOURCE, { type: 'geojson', data: { type: 'FeatureCollection', features }, tolerance: 0, buffer: 0, maxzoom: 12 })
    for (const each of layers(palette, view)) map.addLayer(each, map.getLayer(BELOW) ? BELOW : undefined)
    cells.forEach((cell, id) => layer.ids.set(cell.cell, id))
    layer.update(cells)
    return layer
  }

  private readonly ids = new Map<string, number>()

  /** Whether the outlines are those of these cells. */
  fits(cells: readonly Cell[]): boolean {
    return cells.length === this.ids.size && cells.every(({ cell }) => this.ids.has(cell))
  }

  /** Take over what changed; returns how many cells did. */
  update(cells: readonly Cell[]): number {
    let changed = 0
    for (const { cell, load, ceiling_agl_m, status } of cells) {
      const id = this.ids.get(cell)
      const now = `${load} ${ceiling_agl_m} ${status}`
      if (id === undefined || this.last.get(cell) === now) continue
      this.last.set(cell, now)
      this.map.setFeatureState({ source: SOURCE, id }, { load, ceiling: ceiling_agl_m ?? -1, closed: status === 'closed' })
      changed++
    }
    return changed
  }

  show(view: CellShade, palette: Palette): void {
    this.view = view
    this.restyle(palette)
  }

  restyle(palette: Palette): void {
    this.palette = palette
    const setters = this.map as unknown as { setPaintProperty(layer: string, name: string, to: unknown): void }
    for (const layer of layers(this.palette, this.view)) for (const [name, to] of Object.entries(layer.paint ?? {})) setters.setPaintProperty(layer.id, name, to)
  }

  destroy(): void {
    for (const id of ['cell-fill', 'cell-line']) if (this.map.getLayer(id)) this.map.removeLayer(id)
    if (this.map.getSource(SOURCE)) this.map.removeSource(SOURCE)
  }
}

/** Which cells are wanted, and the layer that shows them: wishes that come while outlines are built are served after. */
export class CellShow {
  private layer: CellLayer | null = null
  private wanted: { readonly view: CellShade; readonly cells: readonly Cell[]; readonly palette: Palette } | null = null
  private busy = false

  constructor(private readonly map: MapLibreMap) {}

  async want(view: CellShade, cells: readonly Cell[], palette: Palette): Promise<void> {
    this.wanted = { view, cells, palette }
    if (this.busy) return
    this.busy = true
    try {
      while (this.wanted !== null) {
        const next = this.wanted
        this.wanted = null
        await this.serve(next)
      }
    } finally {
      this.busy = false
    }
  }

  private async serve({ view, cells, palette }: { readonly view: CellShade; readonly cells: readonly Cell[]; readonly palette: Palette }): Promise<void> {
    if (view === 'none' || cells.length === 0) {
      this.layer?.destroy()
      this.layer = null
    } else if (this.layer?.fits(cells)) {
      this.layer.show(view, palette)
      this.layer.update(cells)
    } else {
      this.layer = await CellLayer.create(this.map, palette, view, cells)
    }
  }

  restyle(palette: Palette): void {
    this.layer?.restyle(palette)
  }
}
