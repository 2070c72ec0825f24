/** The map's style: base map, labels, airspace. Everything is drawn from data at hand; nothing is fetched. */

import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl'
import coast from '../city/coast.json'
import { places, runways } from '../city/shenzhen'
import type { Lang } from '../i18n/translate'
import type { FocusLine } from './focusDrawing'
import { runwayOutline } from './geometry'
import { FONT, restrictions } from './images'
import type { Palette } from './palette'
import { groundLayers, groundSources, type Ground } from './tiles/baseTiles'
import { noGround, type GroundState } from './tiles/ground'
import { enlarged } from './uiScale'

type Collection = GeoJSON.FeatureCollection
export const emptyCollection: Collection = { type: 'FeatureCollection', features: [] }

const feature = (geometry: GeoJSON.Geometry, properties: GeoJSON.GeoJsonProperties): GeoJSON.Feature => ({
  type: 'Feature',
  geometry,
  properties,
})

const rank: Record<string, number> = { city: 0, district: 1, neighbour: 2, aerodrome: 3, water: 4, place: 5 }

const placePoints: Collection = {
  type: 'FeatureCollection',
  features: places.map((place) =>
    feature(
      { type: 'Point', coordinates: [place.lon_deg, place.lat_deg] },
      { zh: place.zh, en: place.en, kind: place.kind, rank: rank[place.kind] ?? 9 },
    ),
  ),
}

const airfield: Collection = {
  type: 'FeatureCollection',
  features: [
    ...runways.map((runway) =>
      feature({ type: 'Polygon', coordinates: [runwayOutline(runway, 330)] }, { kind: 'apron' }),
    ),
    ...runways.map((runway) => feature({ type: 'Polygon', coordinates: [runwayOutline(runway)] }, { kind: 'runway' })),
    ...runways.map((runway) =>
      feature({ type: 'LineString', coordinates: runway.ends.map((end) => [...end]) }, { kind: 'centre', name: runway.name }),
    ),
  ],
}

const kindIs = (...kinds: string[]): ExpressionSpecification => ['in', ['get', 'kind'], ['literal', kinds]]

/** Line width in pixels of something `metres` wide on the ground, from zoom 9 to 18 at this latitude. */
const groundWidth = (metres: ExpressionSpecification, least: number): ExpressionSpecification => [
  'interpolate',
  ['exponential', 2],
  ['zoom'],
  9,
  ['max', least, ['/', metres, 141]],
  18,
  ['max', least, ['/', metres, 0.2757]],
]

const localName = (lang: Lang): ExpressionSpecification =>
  lang === 'zh-CN' ? ['coalesce', ['get', 'name_zh'], ['get', 'name']] : ['get', 'name']

/** Under everything: the city's own tiles where it brought some, else the map at hand. */
function baseLayers(p: Palette, lang: Lang, ground: readonly Ground[]): LayerSpecification[] {
  if (ground.length === 0) return ownLayers(p, lang)
  return [{ id: 'land', type: 'background', paint: { 'background-color': p.land } }, ...groundLayers(ground, p, lang)]
}

function ownLayers(p: Palette, lang: Lang): LayerSpecification[] {
  const name: ExpressionSpecification = ['get', lang === 'zh-CN' ? 'zh' : 'en']
  const text = { 'text-font': [FONT], 'text-padding': 6, 'symbol-sort-key': ['get', 'rank'] as ExpressionSpecification }
  return [
    { id: 'land', type: 'background', paint: { 'background-color': p.land } },
    { id: 'sea', type: 'fill', source: 'coast', filter: kindIs('sea'), paint: { 'fill-color': p.sea, 'fill-antialias': false } },
    { id: 'apron', type: 'fill', source: 'airfield', filter: kindIs('apron'), paint: { 'fill-color': p.apron, 'fill-antialias': false } },
    { id: 'shore', type: 'line', source: 'coast', filter: kindIs('sea'), paint: { 'line-color': p.coast, 'line-width': 0.8 } },
    {
      id: 'boundary',
      type: 'line',
      source: 'coast',
      filter: kindIs('boundary'),
      layout: { 'line-join': 'round' },
      paint: { 'line-color': p.boundary, 'line-width': 1, 'line-dasharray': [5, 2, 1, 2] },
    },
    { id: 'runway', type: 'fill', source: 'airfield', filter: kindIs('runway'), paint: { 'fill-color': p.runway } },
    {
      id: 'runway-line',
      type: 'line',
      source: 'airfield',
      filter: kindIs('centre'),
      paint: { 'line-color': p.runwayLine, 'line-width': ['interpolate', ['linear'], ['zoom'], 9, 1.2, 13, 1], 'line-dasharray': [6, 3] },
    },
    {
      id: 'place',
      type: 'symbol',
      source: 'places',
      minzoom: 11.4,
      filter: kindIs('place'),
      layout: { ...text, 'text-field': name, 'text-size': 12 },
      paint: { 'text-color': p.textQuiet, 'text-halo-color': p.halo, 'text-halo-width': 1.4 },
    },
    {
      id: 'water',
      type: 'symbol',
      source: 'places',
      filter: kindIs('water'),
      layout: { ...text, 'text-field': name, 'text-size': 12, 'text-letter-spacing': lang === 'zh-CN' ? 0.35 : 0.12, 'text-max-width': 7 },
      paint: { 'text-color': p.textWater, 'text-halo-color': p.halo, 'text-halo-width': 1 },
    },
    {
      id: 'aerodrome',
      type: 'symbol',
      source: 'places',
      minzoom: 10.4,
      filter: kindIs('aerodrome'),
      layout: { ...text, 'text-field': name, 'text-size': 12, 'text-max-width': 9 },
      paint: { 'text-color': p.textQuiet, 'text-halo-color': p.halo, 'text-halo-width': 1.4 },
    },
    {
      id: 'district',
      type: 'symbol',
      source: 'places',
      maxzoom: 14.5,
      filter: kindIs('district', 'neighbour'),
      layout: {
        ...text,
        'text-field': name,
        'text-size': ['interpolate', ['linear'], ['zoom'], 9, 12.5, 12, 15],
        'text-letter-spacing': lang === 'zh-CN' ? 0.22 : 0.06,
      },
      paint: {
        'text-color': ['case', kindIs('neighbour'), p.textQuiet, p.text],
        'text-halo-color': p.halo,
        'text-halo-width': 1.6,
      },
    },
  ]
}

function zoneLayers(p: Palette, lang: Lang): LayerSpecification[] {
  const colour: ExpressionSpecification = [
    'match',
    ['get', 'restriction'],
    'PROHIBITED',
    p.zone.PROHIBITED,
    'REQ_AUTHORISATION',
    p.zone.REQ_AUTHORISATION,
    'CONDITIONAL',
    p.zone.CONDITIONAL,
    p.zone.NO_RESTRICTION,
  ]
  const active: ExpressionSpecification = ['get', 'active']
  const chosen: ExpressionSpecification = ['boolean', ['feature-state', 'selected'], false]
  const times: ExpressionSpecification = ['get', lang === 'zh-CN' ? 'times_zh' : 'times_en']
  return [
    {
      id: 'zone-fill',
      type: 'fill',
      source: 'zones',
      filter: ['!=', ['get', 'restriction'], 'NO_RESTRICTION'],
      paint: { 'fill-color': colour, 'fill-opacity': ['case', chosen, 0.24, active, 0.09, 0.03], 'fill-antialias': false },
    },
    ...restrictions
      .filter((kind) => kind !== 'NO_RESTRICTION')
      .map(
        (kind): LayerSpecification => ({
          id: `zone-hatch-${kind}`,
          type: 'fill',
          source: 'zones',
          filter: ['==', ['get', 'restriction'], kind],
          paint: { 'fill-pattern': `hatch-${kind}`, 'fill-opacity': ['case', active, 0.55, 0.2] },
        }),
      ),
    {
      id: 'zone-line',
      type: 'line',
      source: 'zones',
      filter: active,
      layout: { 'line-join': 'round' },
      paint: { 'line-color': colour, 'line-width': ['case', chosen, 2.5, 1.2] },
    },
    {
      id: 'zone-line-off',
      type: 'line',
      source: 'zones',
      filter: ['!', active],
      paint: { 'line-color': colour, 'line-width': 1, 'line-dasharray': [2, 3], 'line-opacity': 0.7 },
    },
    {
      id: 'zone-badge',
      type: 'symbol',
      source: 'zone-points',
      minzoom: 9.5,
      layout: {
        'icon-image': ['concat', 'badge-', ['get', 'restriction']],
        'icon-size': ['interpolate', ['linear'], ['zoom'], 9.5, 0.75, 13, 1],
        'icon-padding': 4,
        'symbol-sort-key': ['get', 'order'],
        // When it holds is told sooner than what it is called: a temporary zone is what a dispatcher asks about.
        'text-field': ['step', ['zoom'], '', 10.8, times, 12.4, ['concat', localName(lang), ['case', ['==', times, ''], '', ['concat', '\n', times]]]],
        'text-font': [FONT],
        'text-size': 11,
        'text-offset': [0, 1.1],
        'text-anchor': 'top',
        'text-optional': true,
        'text-max-width': 11,
      },
      paint: {
        'text-color': colour,
        'text-halo-color': p.halo,
        'text-halo-width': 1.3,
        'icon-opacity': ['case', active, 1, 0.5],
        // When a zone comes into force is what one wants to read of it before.
        'text-opacity': ['case', active, 1, 0.85],
      },
    },
  ]
}

function networkLayers(p: Palette, lang: Lang): LayerSpecification[] {
  const words = lang === 'zh-CN' ? 'pads_zh' : 'pads_en'
  return [
    {
      id: 'corridor-width',
      type: 'line',
      source: 'corridors',
      minzoom: 12,
      layout: { 'line-cap': 'butt', 'line-join': 'round' },
      paint: {
        'line-color': p.corridor,
        'line-width': groundWidth(['coalesce', ['get', 'width_m'], 60], 1),
        'line-opacity': ['interpolate', ['linear'], ['zoom'], 12, 0, 13, 0.35],
      },
    },
    {
      id: 'corridor-line',
      type: 'line',
      source: 'corridors',
      layout: { 'line-join': 'round' },
      paint: { 'line-color': p.corridorLine, 'line-width': ['interpolate', ['linear'], ['zoom'], 9, 0.6, 13, 1], 'line-opacity': 0.8 },
    },
    {
      id: 'corridor-way',
      type: 'symbol',
      source: 'corridors',
      minzoom: 10.8,
      filter: ['!=', ['get', 'direction'], 'both'],
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 90,
        'icon-image': 'one-way',
        'icon-rotate': ['case', ['==', ['get', 'direction'], 'backward'], 180, 0],
        'icon-rotation-alignment': 'map',
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
        'icon-padding': 0,
      },
    },
    {
      id: 'site',
      type: 'circle',
      source: 'sites',
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 9, 1.4, 12, 3, 15, 5],
        // A ring is free, a filled disc is full: told apart without colour.
        'circle-color': ['match', ['get', 'pad_state'], 'full', p.site, 'closed', p.zone.PROHIBITED, p.land],
        'circle-stroke-color': ['case', ['boolean', ['feature-state', 'selected'], false], p.accent, p.site],
        'circle-stroke-width': ['interpolate', ['linear'], ['zoom'], 9, 0.8, 13, 1.4],
      },
    },
    {
      id: 'site-name',
      type: 'symbol',
      source: 'sites',
      minzoom: 12.6,
      layout: {
        'text-field': ['concat', localName(lang), ['case', ['==', ['get', words], ''], '', ['concat', '\n', ['get', words]]]],
        'text-font': [FONT],
        'text-size': 11,
        'text-variable-anchor': ['top', 'bottom', 'left', 'right'],
        'text-radial-offset': 0.7,
        'text-max-width': 9,
        'text-padding': 3,
      },
      paint: { 'text-color': p.site, 'text-halo-color': p.halo, 'text-halo-width': 1.8 },
    },
  ]
}

/** Where nothing departs: a pattern of no-entry signs, an edge of long and short strokes, and a sign with words. */
function stopLayers(p: Palette, lang: Lang): LayerSpecification[] {
  const colour = p.state.nonconforming
  return [
    { id: 'stop-pattern', type: 'fill', source: 'stops', paint: { 'fill-pattern': 'stop-pattern' } },
    { id: 'stop-casing', type: 'line', source: 'stops', layout: { 'line-join': 'round' }, paint: { 'line-color': p.halo, 'line-width': 5.5, 'line-opacity': 0.8 } },
    { id: 'stop-line', type: 'line', source: 'stops', layout: { 'line-join': 'round' }, paint: { 'line-color': colour, 'line-width': 2.6, 'line-dasharray': [6, 1.6, 1.6, 1.6] } },
    {
      id: 'site-stopped',
      type: 'symbol',
      source: 'sites',
      filter: ['boolean', ['get', 'stopped'], false],
      layout: {
        'icon-image': 'stop-sign',
        'icon-size': ['interpolate', ['linear'], ['zoom'], 9, 0.4, 12, 0.55, 15, 0.75],
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
      },
    },
    {
      id: 'stop-sign',
      type: 'symbol',
      source: 'stop-points',
      layout: {
        'icon-image': 'stop-sign',
        'icon-allow-overlap': true,
        'text-field': ['get', lang === 'zh-CN' ? 'zh' : 'en'],
        'text-font': [FONT],
        'text-size': 12.5,
        'text-anchor': 'top',
        'text-offset': [0, 1.1],
        'text-max-width': 14,
        'text-allow-overlap': true,
      },
      paint: { 'text-color': colour, 'text-halo-color': p.halo, 'text-halo-width': 2 },
    },
  ]
}

function planLayers(p: Palette, lang: Lang): LayerSpecification[] {
  return [
    {
      id: 'trails',
      type: 'line',
      source: 'trails',
      minzoom: TRAILS_FROM_ZOOM,
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': p.trail, 'line-width': 1, 'line-opacity': 0.55 },
    },
    {
      id: 'plan-casing',
      type: 'line',
      source: 'plan',
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      filter: ['==', ['get', 'part'], 'path'],
      paint: { 'line-color': p.halo, 'line-width': 5.5, 'line-opacity': 0.85 },
    },
    {
      id: 'plan-line',
      type: 'line',
      source: 'plan',
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      filter: ['==', ['get', 'part'], 'path'],
      paint: { 'line-color': ['case', ['get', 'done'], p.planDone, p.plan], 'line-width': ['case', ['get', 'done'], 1.6, 2.4] },
    },
    {
      id: 'trail',
      type: 'line',
      source: 'trail',
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': p.trail, 'line-width': 1.4, 'line-dasharray': [1, 2.2], 'line-opacity': 0.9 },
    },
    {
      id: 'plan-volume',
      type: 'line',
      source: 'plan',
      filter: ['==', ['get', 'part'], 'volume'],
      paint: { 'line-color': p.plan, 'line-width': 1.4, 'line-dasharray': [3, 2] },
    },
    {
      id: 'plan-waypoint',
      type: 'circle',
      source: 'plan',
      filter: ['==', ['get', 'part'], 'waypoint'],
      paint: { 'circle-radius': ['case', ['get', 'end'], 4, 2.6], 'circle-color': p.halo, 'circle-stroke-color': p.plan, 'circle-stroke-width': 1.5 },
    },
    {
      id: 'plan-now',
      type: 'symbol',
      source: 'plan-now',
      layout: {
        'icon-image': 'planned',
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
        'text-field': ['get', lang === 'zh-CN' ? 'zh' : 'en'],
        'text-font': [FONT],
        'text-size': 11,
        'text-anchor': 'top',
        'text-offset': [0, 2.1],
        'text-allow-overlap': true,
        // Names of sites make room for it.
        'text-ignore-placement': false,
      },
      paint: { 'text-color': p.plan, 'text-halo-color': p.halo, 'text-halo-width': 1.6 },
    },
  ]
}

/** What a reason, an offer or an alert is about: told apart by dashes and widths as well as by colour. */
function focusLayers(p: Palette, lang: Lang): LayerSpecification[] {
  const round = { 'line-cap': 'round', 'line-join': 'round' } as const
  const isQuiet: ExpressionSpecification = ['boolean', ['get', 'quiet'], false]
  const line = (kind: FocusLine, colour: string | ExpressionSpecification, width: number, dashes: number[] | null): LayerSpecification => ({
    id: `focus-${kind}`,
    type: 'line',
    source: 'focus',
    filter: ['==', ['get', 'kind'], kind],
    layout: dashes === null ? round : { 'line-join': 'round' },
    // What else stands against a plan is drawn thinner than what is chosen.
    paint: { 'line-color': colour, 'line-width': ['case', isQuiet, width * 0.6, width], 'line-opacity': ['case', isQuiet, 0.75, 1], ...(dashes === null ? {} : { 'line-dasharray': dashes }) },
  })
  return [
    {
      id: 'focus-casing',
      type: 'line',
      source: 'focus',
      filter: ['has', 'kind'],
      layout: round,
      paint: { 'line-color': p.halo, 'line-width': ['case', isQuiet, 5, 8], 'line-opacity': 0.85 },
    },
    line('other', p.state.nonconforming, 2.6, [4, 1.6]),
    line('offer', p.state.conforming, 3, [1.4, 1.2]),
    line('predicted', p.state.nonconforming, 2.6, [2, 1.2]),
    line('reserved', p.plan, 2.4, [3, 1]),
    line('segment', ['match', ['get', 'severity'], 'refuse', p.state.contingent, 'pending', p.state.nonconforming, p.state.unknown], 4.4, null),
    {
      id: 'focus-place',
      type: 'circle',
      source: 'focus',
      filter: ['has', 'place'],
      paint: {
        'circle-radius': ['case', isQuiet, 6, 11],
        'circle-color': p.state.contingent,
        'circle-opacity': 0.18,
        'circle-stroke-color': p.state.contingent,
        'circle-stroke-width': ['case', isQuiet, 1.4, 2.4],
      },
    },
    {
      id: 'focus-words',
      type: 'symbol',
      source: 'focus',
      filter: ['has', 'place'],
      layout: {
        'text-field': ['get', lang === 'zh-CN' ? 'zh' : 'en'],
        'text-font': [FONT],
        'text-size': 12,
        'text-anchor': 'top',
        'text-offset': [0, 1.2],
        'text-allow-overlap': true,
        'text-ignore-placement': true,
      },
      paint: { 'text-color': p.state.contingent, 'text-halo-color': p.halo, 'text-halo-width': 1.8 },
    },
  ]
}

/** From here on drones are far enough apart for trails to be told apart. */
export const TRAILS_FROM_ZOOM = 11.5

/** Layers a person can switch off, by group. */
export const layerGroups = {
  zones: ['zone-fill', ...restrictions.filter((kind) => kind !== 'NO_RESTRICTION').map((kind) => `zone-hatch-${kind}`), 'zone-line', 'zone-line-off', 'zone-badge'],
  corridors: ['corridor-width', 'corridor-line', 'corridor-way'],
  sites: ['site', 'site-name'],
  trails: ['trails', 'trail'],
} as const

/** Layers in drawing order for one theme and language. */
export function mapLayers(palette: Palette, lang: Lang, ground: readonly Ground[] = []): LayerSpecification[] {
  const [zones, network, base] = [zoneLayers(palette, lang), networkLayers(palette, lang), baseLayers(palette, lang, ground)]
  const [plan, focus, stops] = [planLayers(palette, lang), focusLayers(palette, lang), stopLayers(palette, lang)]
  const isLabel = (layer: LayerSpecification) => layer.type === 'symbol' && layer.id !== 'corridor-way'
  // Names win over lines: a plan runs below what it passes, or its own sites could not be read.
  const below = [...base, ...zones, ...network, ...stops, ...plan, ...focus].filter((layer) => !isLabel(layer))
  // Labels are placed from the last layer to the first: a plan's own words, then districts, sites and zones.
  const labels = [...network, ...zones, ...base, ...stops, ...plan, ...focus].filter(isLabel)
  return [...below, ...labels].map((layer) => enlarged(layer))
}

export function mapStyle(palette: Palette, lang: Lang, { ground, attribution }: GroundState = noGround): StyleSpecification {
  return {
    version: 8,
    sources: {
      ...groundSources(ground, attribution),
      coast: { type: 'geojson', data: coast as unknown as Collection, tolerance: 0.3, maxzoom: 14 },
      airfield: { type: 'geojson', data: airfield },
      places: { type: 'geojson', data: placePoints },
      zones: { type: 'geojson', data: emptyCollection, promoteId: 'zone_id' },
      'zone-points': { type: 'geojson', data: emptyCollection },
      corridors: { type: 'geojson', data: emptyCollection },
      sites: { type: 'geojson', data: emptyCollection, promoteId: 'site_id' },
      stops: { type: 'geojson', data: emptyCollection },
      'stop-points': { type: 'geojson', data: emptyCollection },
      plan: { type: 'geojson', data: emptyCollection },
      focus: { type: 'geojson', data: emptyCollection },
      'plan-now': { type: 'geojson', data: emptyCollection },
      trail: { type: 'geojson', data: emptyCollection },
      trails: { type: 'geojson', data: emptyCollection },
    },
    layers: mapLayers(palette, lang, ground),
  }
}
