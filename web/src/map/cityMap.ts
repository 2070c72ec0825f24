/**
 * The map: MapLibre, the drone layer, picking and the camera. Knows nothing of React.
 *
 * Drawing is on demand: a frame is drawn when data or the camera change, and in between only as often as the fastest
 * drone needs to move by half a pixel.
 */

import {
  Map as MapLibreMap,
  setWorkerUrl,
  type GeoJSONSource,
  type MapMouseEvent,
  type StyleSpecification,
} from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url'
import 'maplibre-gl/dist/maplibre-gl.css'
import type { Alert, Corridor, Site, Zone } from '../api/types'
import { city, places } from '../city/shenzhen'
import { number, quantity } from '../i18n/format'
import { translator, type Lang } from '../i18n/translate'
import { epochMs } from '../live/clock'
import { stateCode } from '../live/decode'
import type { LiveFeed } from '../live/liveFeed'
import { lonFromMercator, latFromMercator, mercatorX, mercatorY } from '../live/mercator'
import { isStale, reckonedSeconds } from '../live/reckoning'
import { AT_AGE_S, AT_ROW, AT_STATE, AT_VX, AT_VY, AT_X, AT_Y, PACKED_WORDS } from '../live/trackStore'
import type { PlannedFlight } from '../plan/schedule'
import { DroneLayer, symbolSizePx } from './droneLayer'
import { LabelSheet, type Candidate, type LabelText } from './droneLabels'
import { DraftTool, type DraftEvents } from './draftTool'
import { contains, extentOf, labelPoint } from './geometry'
import { FONT, mapImages, RATIO } from './images'
import { palettes, type Theme } from './palette'
import { focusBounds, focusCollection, type Focus } from './focusDrawing'
import { planCollection, planNowCollection, trailCollection } from './planDrawing'
import { layerGroups, mapLayers, mapStyle } from './style'

setWorkerUrl(workerUrl)

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

export type LayerGroup = keyof typeof layerGroups | 'labels'

const PLANS_PX = 316
/** What cards and drawers at the edges cover, CSS pixels. */
export interface Insets {
  readonly left: number
  readonly right: number
}
const usualInsets: Insets = { left: 312, right: 368 }
const CENTRE_ZOOM = 13.2

/** Room for the cards at the left edge, where there is room to give. */
const cityPadding = () => ({ top: 24, right: 24, bottom: 24, left: window.innerWidth > 1100 ? usualInsets.left : 24 })

/** MapLibre types the setters by property name; walking over a style's entries needs them by string. */
interface Restylable {
  setPaintProperty(layer: string, name: string, value: unknown): void
  setLayoutProperty(layer: string, name: string, value: unknown): void
}

const PICK_PX = 14
const ARRANGE_MS = 400
const LABELS_FROM_ZOOM = 12.2
const DETAIL_FROM_ZOOM = 13.6
const MIN_FRAME_MS = 16
const MAX_FRAME_MS = 500
const TRAIL_LIMIT = 600
const CANDIDATE_LIMIT = 400
/** Labels at most while the whole city is in view, where more would hide it. */
const CITY_LABELS = 40
const STALE_RANK = 4

const zonesOrder: Record<string, number> = { PROHIBITED: 0, REQ_AUTHORISATION: 1, CONDITIONAL: 2, NO_RESTRICTION: 3 }
const stateRank = [6, 1, 0, 2, 3, 3]

/** Load the font's pieces that the canvas and the map's labels need; canvases do not wait for fonts by themselves. */
async function loadFonts(): Promise<void> {
  const words = `${places.map((place) => place.zh + place.en).join('')}禁批限放PACN0123456789 UAS·椭球高米秒前计划位置冲突处最近点`
  await Promise.all([400, 600].map((weight) => document.fonts.load(`${weight} 16px "${FONT}"`, words)))
}

export class CityMap {
  private readonly map: MapLibreMap
  private readonly drones: DroneLayer
  private readonly sheet: LabelSheet
  private readonly feed: LiveFeed
  private events: CityMapEvents = {}
  private readonly unsubscribe: (() => void)[] = []
  private theme: Theme
  private lang: Lang
  private ready = false
  private seen = true
  private repaintTimer: ReturnType<typeof setTimeout> | null = null
  private arrangeTimer: ReturnType<typeof setTimeout> | null = null
  private readonly second: ReturnType<typeof setInterval>
  private zones: readonly Zone[] = []
  private activeZones: ReadonlySet<string> | null = null
  private sites: readonly Site[] = []
  private corridors: readonly Corridor[] = []
  private selected: Picked | null = null
  private flight: PlannedFlight | null = null
  private focused: Focus | null = null
  private plansOpen = false
  private draft: DraftTool | null = null
  private insets = usualInsets
  private trail: [number, number][] = []
  private following = false
  private hiddenGroups: ReadonlySet<LayerGroup> = new Set()

  /** Create the map once its font is there. */
  static async create(options: CityMapOptions): Promise<CityMap> {
    await loadFonts()
    return new CityMap(options)
  }

  private constructor(options: CityMapOptions) {
    this.theme = options.theme
    this.lang = options.lang
    this.feed = options.feed
    const palette = palettes[options.theme]
    const [west, south, east, north] = city.home_bbox
    const view = options.camera
    const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches
    this.map = new MapLibreMap({
      container: options.container,
      style: mapStyle(palette, options.lang) as StyleSpecification,
      ...(view === null
        ? { bounds: [west, south, east, north], fitBoundsOptions: { padding: cityPadding() } }
        : { center: [view.lon_deg, view.lat_deg], zoom: view.zoom }),
      minZoom: 8.4,
      maxZoom: 18,
      maxBounds: [city.limit_bbox[0], city.limit_bbox[1], city.limit_bbox[2], city.limit_bbox[3]],
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxPitch: 0,
      attributionControl: false,
      localIdeographFontFamily: `"${FONT}", sans-serif`,
      fadeDuration: still ? 0 : 150,
      renderWorldCopies: false,
      canvasContextAttributes: { antialias: false, powerPreference: 'high-performance' },
      locale: { 'Map.Title': options.label },
    })
    this.map.touchZoomRotate.disableRotation()
    this.map.keyboard.disableRotation()
    this.sheet = new LabelSheet(palette)
    this.drones = new DroneLayer(city.origin, palette, this.sheet)
    this.map.on('styleimagemissing', ({ id }) => this.addImages(id))
    this.map.on('load', () => {
      this.ready = true
      this.addImages()
      this.map.addLayer(this.drones)
      this.pushAirspace()
      this.pushPlan()
      this.pushFocus()
      this.applyHidden()
      this.drones.zoom = this.map.getZoom()
      this.arrangeSoon(0)
    })
    this.map.on('move', () => {
      this.drones.zoom = this.map.getZoom()
      this.arrangeSoon(ARRANGE_MS / 2)
    })
    this.map.on('moveend', () => {
      const { lng, lat } = this.map.getCenter()
      options.onCamera({ lat_deg: lat, lon_deg: lng, zoom: this.map.getZoom() })
      this.arrangeSoon(0)
    })
    for (const hand of ['dragstart', 'wheel'] as const) this.map.on(hand, () => this.events.onTakenOver?.())
    this.map.on('click', (event) => this.click(event))
    this.map.on('mousemove', (event) => this.hover(event))
    this.map.on('mouseout', () => this.setHovered(-1))
    this.unsubscribe.push(this.feed.onFrame.on(() => this.takeFrame()))
    this.second = setInterval(() => this.eachSecond(), 1000)
    if (this.feed.frame.count > 0) this.takeFrame()
  }

  destroy(): void {
    for (const off of this.unsubscribe) off()
    clearInterval(this.second)
    if (this.repaintTimer !== null) clearTimeout(this.repaintTimer)
    if (this.arrangeTimer !== null) clearTimeout(this.arrangeTimer)
    this.map.remove()
  }

  /** Begin to draw; null before the map is ready. One drawing at a time. */
  startDraft(events: DraftEvents): DraftTool | null {
    if (!this.ready) return null
    this.endDraft()
    this.draft = new DraftTool(this.map, events, palettes[this.theme])
    return this.draft
  }

  endDraft(): void {
    this.draft?.destroy()
    this.draft = null
  }

  /** Call once the map can be drawn on. */
  whenReady(then: () => void): void {
    if (this.ready) then()
    else this.map.once('load', then)
  }

  /** Bring a box, west south east north, into what the edges leave free. */
  showBox(box: [number, number, number, number]): void {
    const { left, right } = this.insets
    this.map.fitBounds(box, { padding: { top: 56, bottom: 56, left: left + 48, right: right + 48 }, maxZoom: 15.5, duration: 500 })
  }

  setEvents(events: CityMapEvents): void {
    this.events = events
  }

  /** Stop drawing while a page covers the map; the picture is up to date again with the first frame after. */
  setSeen(seen: boolean): void {
    this.seen = seen
    if (seen) this.takeFrame()
  }

  // ---- look -------------------------------------------------------------------------------------------------------

  private addImages(only?: string): void {
    for (const image of mapImages(palettes[this.theme], this.lang)) {
      if (only !== undefined && image.name !== only) continue
      if (this.map.hasImage(image.name)) this.map.updateImage(image.name, image.data)
      else this.map.addImage(image.name, image.data, { pixelRatio: RATIO })
    }
  }

  /** Change colours or language in place: the data and the tiles stay. */
  setLook(theme: Theme, lang: Lang, label: string): void {
    if (theme === this.theme && lang === this.lang) return
    this.theme = theme
    this.lang = lang
    const palette = palettes[theme]
    this.drones.setPalette(palette)
    this.sheet.invalidate(palette)
    this.map.getCanvas().setAttribute('aria-label', label)
    if (!this.ready) {
      this.map.once('load', () => this.restyle())
      return
    }
    this.restyle()
  }

  private restyle(): void {
    this.addImages()
    const map: Restylable = this.map as unknown as Restylable
    for (const layer of mapLayers(palettes[this.theme], this.lang)) {
      for (const [name, value] of Object.entries(layer.paint ?? {})) map.setPaintProperty(layer.id, name, value)
      for (const [name, value] of Object.entries(layer.layout ?? {})) map.setLayoutProperty(layer.id, name, value)
    }
    this.draft?.restyle(palettes[this.theme])
    this.applyHidden()
    this.arrangeSoon(0)
  }

  setHidden(groups: ReadonlySet<LayerGroup>): void {
    this.hiddenGroups = groups
    if (this.ready) this.applyHidden()
    this.arrangeSoon(0)
  }

  private applyHidden(): void {
    for (const [group, layers] of Object.entries(layerGroups) as [keyof typeof layerGroups, readonly string[]][]) {
      const visibility = this.hiddenGroups.has(group) ? 'none' : 'visible'
      for (const layer of layers) (this.map as unknown as Restylable).setLayoutProperty(layer, 'visibility', visibility)
    }
  }

  // ---- airspace ---------------------------------------------------------------------------------------------------

  setAirspace(zones: readonly Zone[], active: ReadonlySet<string> | null, corridors: readonly Corridor[], sites: readonly Site[]): void {
    this.zones = zones
    this.activeZones = active
    this.corridors = corridors
    this.sites = sites
    // The names bring characters of their own; their font pieces must be there before the map draws them.
    const words = [...zones, ...corridors, ...sites].map(({ properties }) => properties.name + (properties.name_zh ?? '')).join('')
    void document.fonts.load(`400 16px "${FONT}"`, words).finally(() => {
      if (this.ready) this.pushAirspace()
    })
  }

  private source(name: string): GeoJSONSource | undefined {
    return this.map.getSource<GeoJSONSource>(name)
  }

  private pushAirspace(): void {
    const isActive = (zone: Zone) => this.activeZones === null || this.activeZones.has(zone.properties.zone_id ?? '')
    const described = (zone: Zone) => ({
      zone_id: zone.properties.zone_id ?? zone.properties.name,
      name: zone.properties.name,
      name_zh: zone.properties.name_zh ?? zone.properties.name,
      restriction: zone.properties.restriction,
      order: zonesOrder[zone.properties.restriction] ?? 4,
      active: isActive(zone),
    })
    const areas = this.zones.map((zone): GeoJSON.Feature => ({ type: 'Feature', geometry: zone.geometry, properties: described(zone) }))
    const points = this.zones.map(
      (zone): GeoJSON.Feature => ({
        type: 'Feature',
        geometry: { type: 'Point', coordinates: labelPoint(zone.geometry) },
        properties: described(zone),
      }),
    )
    this.source('zones')?.setData({ type: 'FeatureCollection', features: areas })
    this.source('zone-points')?.setData({ type: 'FeatureCollection', features: points })
    const as = (items: readonly { type: 'Feature'; geometry: GeoJSON.Geometry; properties: object }[]): GeoJSON.FeatureCollection => ({
      type: 'FeatureCollection',
      features: items.map((item) => ({ type: 'Feature', geometry: item.geometry, properties: { ...item.properties } })),
    })
    this.source('corridors')?.setData(as(this.corridors))
    this.source('sites')?.setData(as(this.sites))
  }

  // ---- drones -----------------------------------------------------------------------------------------------------

  private takeFrame(): void {
    if (!this.seen) return
    const { frame } = this.feed
    this.drones.setFrame(frame)
    this.resolveSelection()
    this.sheet.follow(frame.data, (row) => this.feed.slotOf(row))
    this.arrangeSoon(ARRANGE_MS)
    this.repaintNow()
    if (this.following) this.followSelected()
  }

  private repaintNow(): void {
    if (!this.ready || !this.seen || document.hidden) return
    this.map.triggerRepaint()
    if (this.repaintTimer !== null) clearTimeout(this.repaintTimer)
    this.repaintTimer = setTimeout(() => this.repaintNow(), this.frameIntervalMs())
  }

  /** Milliseconds in which the fastest moving drone covers half a pixel. */
  private frameIntervalMs(): number {
    const { data, count } = this.feed.frame
    let fastest = 0
    for (let i = 0; i < count; i++) {
      const at = i * PACKED_WORDS
      fastest = Math.max(fastest, Math.abs(data[at + AT_VX]!), Math.abs(data[at + AT_VY]!))
    }
    const worldPx = 512 * 2 ** this.map.getZoom()
    const pxPerMs = (fastest * worldPx) / 1000
    return Math.min(MAX_FRAME_MS, Math.max(MIN_FRAME_MS, pxPerMs > 0 ? 0.5 / pxPerMs : MAX_FRAME_MS))
  }

  private resolveSelection(): void {
    const row = this.selected?.kind === 'drone' ? this.feed.rowOfTrack(this.selected.track_id) : null
    this.drones.selectedRow = row ?? -1
  }

  private nearest(x_px: number, y_px: number): { row: number; slot: number } | null {
    const { data, count, packed_at_ms } = this.feed.frame
    const at = this.map.unproject([x_px, y_px])
    const px = mercatorX(at.lng) - mercatorX(city.origin.lon_deg)
    const py = mercatorY(at.lat) - mercatorY(city.origin.lat_deg)
    const elapsed_s = (epochMs() - packed_at_ms) / 1000
    let best = (PICK_PX / (512 * 2 ** this.map.getZoom())) ** 2
    let found: { row: number; slot: number } | null = null
    for (let i = 0; i < count; i++) {
      const from = i * PACKED_WORDS
      const ahead_s = reckonedSeconds(data[from + AT_AGE_S]! + elapsed_s)
      const dx = data[from + AT_X]! + data[from + AT_VX]! * ahead_s - px
      const dy = data[from + AT_Y]! + data[from + AT_VY]! * ahead_s - py
      const distance = dx * dx + dy * dy
      if (distance <= best) {
        best = distance
        found = { row: data[from + AT_ROW]!, slot: i }
      }
    }
    return found
  }

  private click(event: MapMouseEvent): void {
    if (this.draft?.takesClicks) return
    this.map.getCanvas().focus()
    const drone = this.nearest(event.point.x, event.point.y)
    const identity = drone === null ? null : this.feed.identity(drone.row)
    if (identity !== null) {
      this.events.onPick?.({ kind: 'drone', track_id: identity.track_id })
      return
    }
    this.events.onPick?.(this.pickGround(event))
  }

  private pickGround(event: MapMouseEvent): Picked | null {
    const { x, y } = event.point
    if (!this.hiddenGroups.has('sites')) {
      const site = this.map.queryRenderedFeatures([[x - 6, y - 6], [x + 6, y + 6]], { layers: ['site'] })[0]
      const id = site?.properties['site_id']
      if (typeof id === 'string') return { kind: 'site', site_id: id }
    }
    if (!this.hiddenGroups.has('zones')) {
      const here = this.zones
        .filter((zone) => contains(zone.geometry, event.lngLat.lng, event.lngLat.lat))
        .sort((a, b) => extentOf(a.geometry) - extentOf(b.geometry))[0]
      if (here !== undefined) return { kind: 'zone', zone_id: here.properties.zone_id ?? here.properties.name }
    }
    return null
  }

  private hover(event: MapMouseEvent): void {
    if (this.draft?.takesClicks) return
    const drone = this.nearest(event.point.x, event.point.y)
    this.setHovered(drone?.row ?? -1)
    this.map.getCanvas().style.cursor = drone === null ? '' : 'pointer'
  }

  private setHovered(row: number): void {
    if (this.drones.hoveredRow === row) return
    this.drones.hoveredRow = row
    this.arrangeSoon(0)
    this.repaintNow()
  }

  // ---- labels -----------------------------------------------------------------------------------------------------

  private arrangeSoon(delay_ms: number): void {
    if (delay_ms === 0 && this.arrangeTimer !== null) {
      clearTimeout(this.arrangeTimer)
      this.arrangeTimer = null
    }
    this.arrangeTimer ??= setTimeout(() => this.arrange(), delay_ms)
  }

  private arrange(): void {
    this.arrangeTimer = null
    if (!this.ready) return
    const { frame } = this.feed
    const elapsed_s = (epochMs() - frame.packed_at_ms) / 1000
    const stale = (slot: number) => isStale(frame.data[slot * PACKED_WORDS + AT_AGE_S]! + elapsed_s)
    const size = symbolSizePx(this.map.getZoom(), frame.count)
    // A selected or hovered symbol has a ring around it.
    const gapOf = ({ rank }: Candidate) => (rank < 0 ? size * 2.3 + 9 : size * 1.6 + 4)
    this.sheet.arrange(this.candidates(stale), (candidate) => this.textOf(candidate, elapsed_s), frame.data, stale, gapOf)
    this.sheet.follow(frame.data, (row) => this.feed.slotOf(row))
    this.repaintNow()
  }

  private candidates(stale: (slot: number) => boolean): Candidate[] {
    const { data, count } = this.feed.frame
    const everyone = this.map.getZoom() >= LABELS_FROM_ZOOM && !this.hiddenGroups.has('labels')
    const { clientWidth, clientHeight } = this.map.getCanvas()
    const [west, north] = this.screenOrigin()
    const world = 512 * 2 ** this.map.getZoom()
    const found: Candidate[] = []
    for (let slot = 0; slot < count; slot++) {
      const at = slot * PACKED_WORDS
      const row = data[at + AT_ROW]!
      const chosen = row === this.drones.selectedRow || row === this.drones.hoveredRow
      const state = data[at + AT_STATE]!
      const old = stale(slot)
      if (!chosen && !everyone && state === 0 && !old) continue
      if (!chosen && this.hiddenGroups.has('labels') && state === 0 && !old) continue
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
  private screenOrigin(): [number, number] {
    const corner = this.map.unproject([0, 0])
    return [mercatorX(corner.lng) - mercatorX(city.origin.lon_deg), mercatorY(corner.lat) - mercatorY(city.origin.lat_deg)]
  }

  private textOf(candidate: Candidate, elapsed_s: number): LabelText {
    const { data } = this.feed.frame
    const at = candidate.slot * PACKED_WORDS
    const identity = this.feed.identity(candidate.row)
    const t = translator(this.lang)
    const name = identity?.registration ?? identity?.aircraft_id ?? identity?.track_id ?? t('value_unknown')
    const short = name.length > 14 ? `${name.slice(0, 13)}…` : name
    const age_s = data[at + AT_AGE_S]! + elapsed_s
    if (isStale(age_s)) return { name: short, detail: t('feed_age', { n: number(this.lang, Math.floor(age_s)) }) }
    const attention = data[at + AT_STATE] !== stateCode('conforming')
    const detailFrom = attention ? LABELS_FROM_ZOOM : DETAIL_FROM_ZOOM
    if (candidate.rank >= 0 && this.map.getZoom() < detailFrom) return { name: short, detail: null }
    const fix = this.feed.fixAt(candidate.slot)
    const altitude = quantity(t, this.lang, 'unit_m', fix?.alt_hae_m)
    const speed = quantity(t, this.lang, 'unit_mps', fix?.speed_mps)
    return { name: short, detail: t('label_detail', { altitude, speed }) }
  }

  // ---- selection and camera ---------------------------------------------------------------------------------------

  select(picked: Picked | null): void {
    const same = picked?.kind === 'drone' && this.selected?.kind === 'drone' && picked.track_id === this.selected.track_id
    this.selected = picked
    if (!same) {
      this.trail = []
      this.pushPlan()
    }
    this.markGround()
    this.resolveSelection()
    this.arrangeSoon(0)
    this.repaintNow()
  }

  private markGround(): void {
    if (!this.ready) return
    this.map.removeFeatureState({ source: 'zones' })
    this.map.removeFeatureState({ source: 'sites' })
    const { selected, focused: focus } = this
    const zones = [selected?.kind === 'zone' ? selected.zone_id : null, focus?.zone_id ?? null]
    const sites = [selected?.kind === 'site' ? selected.site_id : null, focus?.site_id ?? null]
    for (const id of zones) if (id !== null) this.map.setFeatureState({ source: 'zones', id }, { selected: true })
    for (const id of sites) if (id !== null) this.map.setFeatureState({ source: 'sites', id }, { selected: true })
  }

  /** Draw what a reason, an offer or an alert is about, over everything else. */
  setFocus(focus: Focus | null): void {
    this.focused = focus
    this.pushFocus()
  }

  private pushFocus(): void {
    if (!this.ready) return
    this.source('focus')?.setData(focusCollection(this.focused))
    this.markGround()
    this.repaintNow()
  }

  /** What covers the edges while a screen is in front; null for what covers those of the home screen. */
  setInsets(insets: Insets | null): void {
    this.insets = insets ?? usualInsets
  }

  /** Leave room for the list of plans at the lower edge. */
  setPlansOpen(open: boolean): void {
    this.plansOpen = open
  }

  /** Bring what the focus is about into what cards, drawer and list leave free; without a focus the plan shown. */
  showFocus(): void {
    const zone = this.zones.find(({ properties }) => (properties.zone_id ?? properties.name) === this.focused?.zone_id)
    const box = focusBounds(this.focused, this.focused === null ? (this.flight?.schedule?.waypoints ?? []) : [], zone?.geometry ?? null)
    if (box === null) return
    const wide = window.innerWidth > 1100
    const padding = {
      top: 72,
      bottom: (this.plansOpen ? PLANS_PX : 0) + 56,
      left: wide ? this.insets.left + 40 : 40,
      right: wide ? this.insets.right + 56 : 40,
    }
    this.map.fitBounds(box, { padding, maxZoom: 16, duration: 500 })
  }

  setPlan(flight: PlannedFlight | null): void {
    this.flight = flight
    this.pushPlan()
  }

  private pushPlan(): void {
    if (!this.ready) return
    const now_ms = this.feed.serverNowMs()
    this.source('plan')?.setData(planCollection(this.flight, now_ms))
    this.source('plan-now')?.setData(planNowCollection(this.flight, now_ms))
    this.source('trail')?.setData(trailCollection(this.trail))
  }

  private eachSecond(): void {
    if (document.hidden || !this.seen || !this.ready) return
    if (this.selected?.kind === 'drone') {
      const fix = this.feed.fixOfTrack(this.selected.track_id)
      const last = this.trail[this.trail.length - 1]
      if (fix !== null && !isStale(fix.age_s) && (last === undefined || last[0] !== fix.lon_deg || last[1] !== fix.lat_deg)) {
        this.trail.push([fix.lon_deg, fix.lat_deg])
        if (this.trail.length > TRAIL_LIMIT) this.trail.shift()
      }
    }
    if (this.flight !== null || this.selected?.kind === 'drone') this.pushPlan()
    this.arrangeSoon(0)
  }

  setFollowing(following: boolean): void {
    this.following = following
    if (following) this.centreOnSelected()
  }

  private selectedFix() {
    return this.selected?.kind === 'drone' ? this.feed.fixOfTrack(this.selected.track_id) : null
  }

  private followSelected(): void {
    const fix = this.selectedFix()
    if (fix === null || this.map.isMoving()) return
    this.map.easeTo({ center: [fix.lon_deg, fix.lat_deg], offset: this.visibleCentre(), duration: 0 })
  }

  /** From the middle of the map to the middle of what cards and drawer leave free, CSS pixels. */
  private visibleCentre(): [number, number] {
    const up_px = this.plansOpen ? -PLANS_PX / 2 : 0
    return window.innerWidth > 1100 ? [(this.insets.left - this.insets.right) / 2, up_px] : [0, up_px]
  }

  /** Bring the selected drone to the middle, close enough to read its label. */
  centreOnSelected(): void {
    const fix = this.selectedFix()
    if (fix === null) return
    const zoom = Math.max(this.map.getZoom(), CENTRE_ZOOM)
    this.map.easeTo({ center: [fix.lon_deg, fix.lat_deg], zoom, offset: this.visibleCentre(), duration: 500 })
  }

  /** Bring an alert to the middle: its pair with the closest point, else its drone, else the place it names. */
  showAlert(alert: Pick<Alert, 'track_id' | 'lat_deg' | 'lon_deg' | 'cpa_lat_deg'>): void {
    if (alert.cpa_lat_deg != null) return this.showFocus()
    const fix = alert.track_id == null ? null : this.feed.fixOfTrack(alert.track_id)
    const at = fix ?? (alert.lat_deg == null || alert.lon_deg == null ? null : { lat_deg: alert.lat_deg, lon_deg: alert.lon_deg })
    if (at === null) return this.showFocus()
    const zoom = Math.max(this.map.getZoom(), CENTRE_ZOOM)
    this.map.easeTo({ center: [at.lon_deg, at.lat_deg], zoom, offset: this.visibleCentre(), duration: 500 })
  }

  showCity(): void {
    const [west, south, east, north] = city.home_bbox
    this.map.fitBounds([west, south, east, north], { padding: cityPadding(), duration: 500 })
  }

  zoomBy(steps: number): void {
    this.map.easeTo({ zoom: this.map.getZoom() + steps, duration: 250 })
  }

  focus(): void {
    this.map.getCanvas().focus()
  }

  // ---- for tests --------------------------------------------------------------------------------------------------

  /** Where a track is on the page in CSS pixels, dead reckoning included; null when it is not known. */
  pixelOf(trackId: string): { x: number; y: number } | null {
    const fix = this.feed.fixOfTrack(trackId)
    if (fix === null) return null
    const point = this.map.project([fix.lon_deg, fix.lat_deg])
    const box = this.map.getCanvas().getBoundingClientRect()
    return { x: box.left + point.x, y: box.top + point.y }
  }

  get idle(): boolean {
    return this.ready && this.map.loaded() && !this.map.isMoving()
  }

  get zoom(): number {
    return this.map.getZoom()
  }

  bounds(): [number, number, number, number] {
    const [west, north] = this.screenOrigin()
    const world = 512 * 2 ** this.map.getZoom()
    const { clientWidth, clientHeight } = this.map.getCanvas()
    const x0 = west + mercatorX(city.origin.lon_deg)
    const y0 = north + mercatorY(city.origin.lat_deg)
    return [
      lonFromMercator(x0),
      latFromMercator(y0 + clientHeight / world),
      lonFromMercator(x0 + clientWidth / world),
      latFromMercator(y0),
    ]
  }
}

