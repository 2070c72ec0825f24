/**
 * The map: MapLibre, the drone layer, picking and the camera. Knows nothing of React.
 *
 * Drawing is on demand: a frame is drawn when data or the camera change, and in between only as often as the fastest
 * drone needs to move by half a pixel.
 */

import { Map as MapLibreMap, setWorkerUrl, type GeoJSONSource, type MapMouseEvent, type StyleSpecification } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url'
import 'maplibre-gl/dist/maplibre-gl.css'
import type { GroundStop } from '../api/groundStops'
import type { Alert, Corridor, Site, Zone } from '../api/types'
import { city } from '../city/shenzhen'
import type { Lang } from '../i18n/translate'
import type { LiveFeed } from '../live/liveFeed'
import type { PlannedFlight } from '../plan/schedule'
import { DroneLayer } from './droneLayer'
import { LabelSheet } from './droneLabels'
import { airspaceCollections, type Pads } from './airspaceData'
import { CellShow, type Cell, type CellShade } from './cellLayer'
import { DraftTool, type DraftEvents } from './draftTool'
import { FONT } from './images'
import { frameIntervalMs } from './frameRate'
import { LabelArranger } from './labelArranger'
import { cityPadding, MapCamera, usualInsets, type Insets } from './mapCamera'
import { addImages, loadFonts, markSelected, restyle, showGroups } from './mapLook'
import type { CityMapEvents, CityMapOptions, Picked } from './mapTypes'
import { boundsOf, groundAt, nearestDrone } from './mapPick'
import { palettes, type Theme } from './palette'
import { focusBounds, focusCollection, type Focus } from './focusDrawing'
import { planCollection, planNowCollection } from './planDrawing'
import { stopCollections } from './stopDrawing'
import { mapStyle, type layerGroups } from './style'
import { TrailShow } from './trailShow'
import { loadGround, type GroundState } from './tiles/ground'

setWorkerUrl(workerUrl)

export type { Camera, CityMapEvents, CityMapOptions, Picked } from './mapTypes'
export type { Insets } from './mapCamera'

export type LayerGroup = keyof typeof layerGroups | 'labels'

const ARRANGE_MS = 400

export class CityMap {
  private readonly map: MapLibreMap
  private readonly drones: DroneLayer
  private readonly sheet: LabelSheet
  private readonly labels: LabelArranger
  private readonly camera: MapCamera
  private readonly feed: LiveFeed
  private events: CityMapEvents = {}
  private readonly unsubscribe: (() => void)[] = []
  private theme: Theme
  lang: Lang
  ready = false
  private seen = true
  /** Frames drawn so far, for measurements. */
  framesDrawn = 0
  private repaintTimer: ReturnType<typeof setTimeout> | null = null
  private readonly second: ReturnType<typeof setInterval>
  private zones: readonly Zone[] = []
  private activeZones: ReadonlySet<string> | null = null
  private sites: readonly Site[] = []
  private pads: ReadonlyMap<string, Pads> = new Map()
  private corridors: readonly Corridor[] = []
  private stops: readonly GroundStop[] = []
  private selected: Picked | null = null
  private flight: PlannedFlight | null = null
  private focused: Focus | null = null
  private draft: DraftTool | null = null
  private readonly cells: CellShow
  private readonly trails: TrailShow
  /** What each source was given last, as text. */
  private readonly pushed = new Map<string, string>()
  private named = ''
  private following = false
  hiddenGroups: ReadonlySet<LayerGroup> = new Set()

  /** Create the map once its font is there. */
  static async create(options: CityMapOptions): Promise<CityMap> {
    const [ground] = await Promise.all([loadGround(), loadFonts()])
    return new CityMap(options, ground)
  }

  private constructor(
    options: CityMapOptions,
    private readonly ground: GroundState,
  ) {
    this.theme = options.theme
    this.lang = options.lang
    this.feed = options.feed
    const palette = palettes[options.theme]
    const [west, south, east, north] = city.home_bbox
    const view = options.camera
    const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches
    this.map = new MapLibreMap({
      container: options.container,
      style: mapStyle(palette, options.lang, ground) as StyleSpecification,
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
    this.labels = new LabelArranger(this.map, this.feed, this.drones, this.sheet, this)
    this.camera = new MapCamera(this.map)
    this.cells = new CellShow(this.map)
    this.trails = new TrailShow(this.map, this.feed)
    this.map.on('styleimagemissing', ({ id }) => addImages(this.map, this.theme, this.lang, id))
    this.map.on('load', () => {
      this.ready = true
      // When the map could first be used, for whoever measures the page.
      performance.mark('hexlane-map')
      addImages(this.map, this.theme, this.lang)
      this.map.addLayer(this.drones)
      this.pushAirspace()
      this.pushPlan()
      this.pushFocus()
      this.applyHidden()
      this.drones.zoom = this.map.getZoom()
      this.labels.soon(0)
    })
    this.map.on('render', () => this.framesDrawn++)
    this.map.on('move', () => {
      this.drones.zoom = this.map.getZoom()
      this.labels.soon(ARRANGE_MS / 2)
    })
    this.map.on('moveend', () => {
      const { lng, lat } = this.map.getCenter()
      options.onCamera({ lat_deg: lat, lon_deg: lng, zoom: this.map.getZoom() })
      this.labels.soon(0)
      if (this.seen) this.trails.draw(this.hiddenGroups.has('trails'), true)
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
    this.endDraft()
    // Parts that are taken down after the map still tell it what is selected.
    this.ready = false
    for (const off of this.unsubscribe) off()
    clearInterval(this.second)
    if (this.repaintTimer !== null) clearTimeout(this.repaintTimer)
    this.labels.stop()
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
    this.camera.showBox(box)
  }

  /** Show the city's cells by load or ceiling; `none` takes them away. */
  setCells(view: CellShade, cells: readonly Cell[]): void {
    this.whenReady(() => void this.cells.want(view, cells, palettes[this.theme]).then(() => this.repaint()))
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
    addImages(this.map, this.theme, this.lang)
    restyle(this.map, this.theme, this.lang, this.ground.ground)
    this.draft?.restyle(palettes[this.theme])
    this.cells.restyle(palettes[this.theme])
    this.applyHidden()
    this.labels.soon(0)
  }

  setHidden(groups: ReadonlySet<LayerGroup>): void {
    this.hiddenGroups = groups
    if (this.ready) this.applyHidden()
    if (this.seen) this.trails.draw(groups.has('trails'), true)
    this.labels.soon(0)
  }

  private applyHidden(): void {
    showGroups(this.map, this.hiddenGroups)
  }

  // ---- airspace ---------------------------------------------------------------------------------------------------

  setAirspace(zones: readonly Zone[], active: ReadonlySet<string> | null, corridors: readonly Corridor[], sites: readonly Site[]): void {
    this.zones = zones
    this.activeZones = active
    this.corridors = corridors
    this.sites = sites
    // The names bring characters of their own; their font pieces must be there before the map draws them.
    const words = [...zones, ...corridors, ...sites].map(({ properties }) => properties.name + (properties.name_zh ?? '')).join('')
    const drawn = () => {
      if (!this.ready) return
      // Names whose characters have just come are drawn again, though the data are the same.
      if (words !== this.named) this.pushed.clear()
      this.named = words
      this.pushAirspace()
    }
    // Without a connection the pieces do not come; names are drawn in what is there.
    document.fonts.load(`400 16px "${FONT}"`, words).then(drawn, drawn)
  }

  /** Free pads by site; drawn only where they changed. */
  setPads(pads: ReadonlyMap<string, Pads>): void {
    const same = pads.size === this.pads.size && [...pads].every(([id, { open, pads_free }]) => this.pads.get(id)?.pads_free === pads_free && this.pads.get(id)?.open === open)
    this.pads = pads
    if (!same && this.ready) this.pushAirspace(['sites'])
  }

  /** Ground stops that hold now: drawn whatever layers are switched off. */
  setStops(stops: readonly GroundStop[]): void {
    this.stops = stops
    const drawn = () => {
      if (this.ready) this.pushAirspace(['stops', 'stop-points', 'sites'])
    }
    // As with names: the pieces of the font a reason needs come first.
    document.fonts.load(`600 16px "${FONT}"`, stops.map(({ reason }) => reason).join('')).then(drawn, drawn)
  }

  private source(name: string): GeoJSONSource | undefined {
    return this.map.getSource<GeoJSONSource>(name)
  }

  /** Give a source its data where they changed: each time makes the map's worker cut all of it into tiles anew. */
  private push(name: string, data: GeoJSON.FeatureCollection): void {
    const source = this.source(name)
    const text = JSON.stringify(data)
    if (source === undefined || this.pushed.get(name) === text) return
    this.pushed.set(name, text)
    source.setData(data)
  }

  private pushAirspace(only: readonly string[] | null = null): void {
    const { zones, activeZones: active, corridors, sites, pads, stops } = this
    const found = { ...airspaceCollections({ zones, active, corridors, sites, pads, stops }), ...stopCollections(stops) }
    for (const [name, data] of Object.entries(found)) if (only === null || only.includes(name)) this.push(name, data)
  }

  // ---- drones -----------------------------------------------------------------------------------------------------

  private takeFrame(): void {
    if (!this.seen) return
    const { frame } = this.feed
    this.drones.setFrame(frame)
    this.resolveSelection()
    this.sheet.follow(frame.data, (row) => this.feed.slotOf(row))
    this.labels.soon(ARRANGE_MS)
    this.repaint()
    if (this.following) this.camera.follow(this.selectedFix())
  }

  repaint(): void {
    if (!this.ready || !this.seen || document.hidden) return
    this.map.triggerRepaint()
    if (this.repaintTimer !== null) clearTimeout(this.repaintTimer)
    this.repaintTimer = setTimeout(() => this.repaint(), frameIntervalMs({ data: this.feed.frame.data, count: this.feed.frame.shown }, this.map.getZoom()))
  }

  private resolveSelection(): void {
    const row = this.selected?.kind === 'drone' ? this.feed.rowOfTrack(this.selected.track_id) : null
    this.drones.selectedRow = row ?? -1
  }

  private click(event: MapMouseEvent): void {
    if (this.draft?.takesClicks) return
    this.map.getCanvas().focus()
    const drone = nearestDrone(this.map, this.feed, event.point.x, event.point.y)
    const identity = drone === null ? null : this.feed.identity(drone.row)
    if (identity !== null) {
      this.events.onPick?.({ kind: 'drone', track_id: identity.track_id })
      return
    }
    this.events.onPick?.(groundAt(this.map, event, this.zones, this.hiddenGroups))
  }

  private hover(event: MapMouseEvent): void {
    if (this.draft?.takesClicks) return
    const drone = nearestDrone(this.map, this.feed, event.point.x, event.point.y)
    this.setHovered(drone?.row ?? -1)
    this.map.getCanvas().style.cursor = drone === null ? '' : 'pointer'
  }

  private setHovered(row: number): void {
    if (this.drones.hoveredRow === row) return
    this.drones.hoveredRow = row
    this.labels.soon(0)
    this.repaint()
  }

  // ---- selection and camera ---------------------------------------------------------------------------------------

  select(picked: Picked | null): void {
    const same = picked?.kind === 'drone' && this.selected?.kind === 'drone' && picked.track_id === this.selected.track_id
    this.selected = picked
    if (!same) {
      this.trails.choose(picked?.kind === 'drone' ? this.feed.rowOfTrack(picked.track_id) : null)
      this.pushPlan()
    }
    this.markGround()
    this.resolveSelection()
    this.labels.soon(0)
    this.repaint()
  }

  private markGround(): void {
    if (!this.ready) return
    const { selected, focused } = this
    markSelected(this.map, 'zones', [selected?.kind === 'zone' ? selected.zone_id : null, focused?.zone_id, ...(focused?.besides?.zone_ids ?? [])])
    markSelected(this.map, 'sites', [selected?.kind === 'site' ? selected.site_id : null, focused?.site_id])
  }

  /** Draw what a reason, an offer or an alert is about, over everything else. */
  setFocus(focus: Focus | null): void {
    this.focused = focus
    this.pushFocus()
  }

  private pushFocus(): void {
    if (!this.ready) return
    this.push('focus', focusCollection(this.focused))
    this.markGround()
    this.repaint()
  }

  /** What covers the edges while a screen is in front; null for what covers those of the home screen. */
  setInsets(insets: Insets | null): void {
    this.camera.insets = insets ?? usualInsets
  }

  /** Leave room for the list of plans at the lower edge. */
  setPlansOpen(open: boolean): void {
    this.camera.plansOpen = open
  }

  /** Bring what the focus is about into what cards, drawer and list leave free; without a focus the plan shown. */
  showFocus(): void {
    const zone = this.zones.find(({ properties }) => (properties.zone_id ?? properties.name) === this.focused?.zone_id)
    const box = focusBounds(this.focused, this.focused === null ? (this.flight?.schedule?.waypoints ?? []) : [], zone?.geometry ?? null)
    if (box !== null) this.camera.showNarrow(box)
  }

  setPlan(flight: PlannedFlight | null): void {
    this.flight = flight
    this.pushPlan()
  }

  private pushPlan(): void {
    if (!this.ready) return
    const now_ms = this.feed.serverNowMs()
    this.push('plan', planCollection(this.flight, now_ms))
    this.push('plan-now', planNowCollection(this.flight, now_ms))
    this.push('trail', this.trails.ofChosen)
  }

  private eachSecond(): void {
    if (document.hidden) return
    this.trails.note(this.selectedFix())
    if (!this.seen || !this.ready) return
    this.trails.draw(this.hiddenGroups.has('trails'))
    if (this.flight !== null || this.selected?.kind === 'drone') this.pushPlan()
    this.labels.soon(0)
  }

  setFollowing(following: boolean): void {
    this.following = following
    if (following) this.centreOnSelected()
  }

  private selectedFix() {
    return this.selected?.kind === 'drone' ? this.feed.fixOfTrack(this.selected.track_id) : null
  }

  /** Bring the selected drone to the middle, close enough to read its label. */
  centreOnSelected(): void {
    this.camera.centreOn(this.selectedFix())
  }

  /** Bring a place to the middle. */
  centreOn(at: { readonly lat_deg: number; readonly lon_deg: number }): void {
    this.camera.centreOn(at)
  }

  /** Bring an alert to the middle: its pair with the closest point, else its drone, else the place it names. */
  showAlert(alert: Pick<Alert, 'track_id' | 'lat_deg' | 'lon_deg' | 'cpa_lat_deg'>): void {
    if (alert.cpa_lat_deg != null) return this.showFocus()
    const fix = alert.track_id == null ? null : this.feed.fixOfTrack(alert.track_id)
    const at = fix ?? (alert.lat_deg == null || alert.lon_deg == null ? null : { lat_deg: alert.lat_deg, lon_deg: alert.lon_deg })
    if (at === null) return this.showFocus()
    this.camera.centreOn(at)
  }

  showCity(): void {
    this.camera.showCity()
  }

  zoomBy(steps: number): void {
    this.camera.zoomBy(steps)
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

  get focusLines(): { kind: string; quiet: boolean }[] {
    return (this.focused?.lines ?? []).map(({ kind, quiet }) => ({ kind, quiet: quiet ?? false }))
  }

  /** How many areas of a file or of a screen's own are drawn to be looked at. */
  get previewed(): number {
    return this.draft?.beside ?? 0
  }

  get idle(): boolean {
    return this.ready && this.map.loaded() && !this.map.isMoving()
  }

  get zoom(): number {
    return this.map.getZoom()
  }

  bounds(): [number, number, number, number] {
    return boundsOf(this.map)
  }
}

