import { expect, test } from 'vitest'
import { bodyOf, commandTypes, contingencyKinds, divertTypes, moreTypes, type Contingency, type Effect, type EffectVolume } from '../src/api/commands'
import type { SiteState } from '../src/api/fleetState'
import type { Site } from '../src/api/types'
import { mayCommand } from '../src/command/authority'
import { landingSites, needsChoice, positionRates, ratesBody, waysFocus, withWay, type Way } from '../src/command/choices'
import { commandStates, commandsTo, isOver, standing, taken, type CommandState, type GivenCommand } from '../src/command/commandBook'
import { inOrder } from '../src/command/contingencyOrder'
import { orderFocus } from '../src/command/orderFocus'
import { keyFor } from '../src/i18n/translate'

const T0 = Date.parse('2026-03-01T00:00:00Z')
const at = (s: number): string => new Date(T0 + s * 1000).toISOString()
const command = (status: CommandState, s = 0, change: Partial<GivenCommand> = {}): GivenCommand => ({
  command_id: 'cmd_1',
  aircraft_id: 'ac_1',
  type: 'hold',
  status,
  updated_at: at(s),
  detail: null,
  detail_zh: null,
  ...change,
})
const after = (...items: readonly GivenCommand[]): GivenCommand => [...items.reduce((book, item) => taken(book, [item]), taken(new Map(), [])).values()][0]!

test('a command moves forward only: what arrives late or twice changes nothing', () => {
  expect(after(command('queued'), command('sent', 1), command('accepted', 2)).status).toBe('accepted')
  expect(after(command('accepted', 2), command('sent', 1)).status).toBe('accepted')
  expect(after(command('accepted', 2), command('confirmed', 3), command('queued', 0)).status).toBe('confirmed')
})

test('an acknowledgement or a confirmation after the end does not turn a failure into success', () => {
  for (const end of ['timed_out', 'refused'] as const) {
    expect(after(command(end, 20), command('accepted', 25)).status).toBe(end)
    expect(after(command(end, 20), command('confirmed', 30)).status).toBe(end)
  }
})

test('only a confirmation by the service is shown as confirmed, whatever the time and the connection', () => {
  for (const status of commandStates) {
    for (const link of ['connecting', 'live', 'quiet', 'lost', 'signed_out'] as const) {
      for (const s of [0, 60, 100_000]) expect(standing(command(status), T0 + s * 1000, link) === 'confirmed').toBe(status === 'confirmed')
    }
  }
})

test('a command under way of which nothing can be heard is called silent', () => {
  const sent = command('sent', 0, { deadline_at: at(30) })
  expect(standing(sent, T0 + 20_000, 'live')).toBe('sent')
  expect(standing(sent, T0 + 20_000, 'lost')).toBe('silent')
  expect(standing(sent, T0 + 40_000, 'live')).toBe('silent')
  expect(standing(command('accepted'), T0 + 60_000, 'live')).toBe('accepted')
  expect(standing(command('accepted'), T0 + 180_000, 'live')).toBe('silent')
  expect(standing(command('refused'), T0 + 180_000, 'lost')).toBe('refused')
})

test('the deadline the service told once is kept when the feed does not repeat it', () => {
  const known = after(command('queued', 0, { deadline_at: at(30), requested_at: at(0) }), command('sent', 1))
  expect([known.status, known.deadline_at, known.requested_at]).toEqual(['sent', at(30), at(0)])
})

test('commands are listed for one aircraft, the latest given first, and what is no command is left out', () => {
  const book = taken(new Map(), [
    command('confirmed', 50, { command_id: 'cmd_old', requested_at: at(0) }),
    command('sent', 11, { command_id: 'cmd_new', requested_at: at(10) }),
    command('sent', 11, { command_id: 'cmd_else', aircraft_id: 'ac_2' }),
    null,
    { command_id: 'cmd_bad', aircraft_id: 'ac_1', status: 'done' },
  ])
  expect(commandsTo(book, 'ac_1').map((item) => item.command_id)).toEqual(['cmd_new', 'cmd_old'])
  expect(commandStates.filter(isOver)).toEqual(['confirmed', 'refused', 'timed_out'])
})

test('a recommendation is sent as the command it stands for, without the words about it', () => {
  const recommended = { aircraft_id: 'ac_1', type: 'hold', alt_m: 75, alt_datum: 'AGL', detail: 'Holds 15 m higher.', detail_zh: '升高 15 米悬停。' }
  expect(bodyOf(recommended)).toEqual({ type: 'hold', alt_m: 75, alt_datum: 'AGL' })
})

test('dispatchers are offered commands to every drone, a firm to its own, nobody else', () => {
  const firm = { organisation_id: 'org_a', name: 'A' }
  expect(mayCommand('dispatcher', firm, null)).toBe(true)
  expect(mayCommand('operator', firm, 'org_a')).toBe(true)
  expect(mayCommand('operator', firm, 'org_b')).toBe(false)
  expect(mayCommand('operator', firm, null)).toBe(false)
  expect(mayCommand('operator', null, null)).toBe(false)
  expect(mayCommand('operator', { name: 'A' }, 'org_a')).toBe(false)
  for (const role of ['regulator', 'supplier', 'admin'] as const) expect(mayCommand(role, firm, 'org_a')).toBe(false)
})

test('every command, state, contingency, procedure and action the service can name has words', () => {
  for (const type of commandTypes) expect(keyFor('command_type_', type)).not.toBeNull()
  for (const state of [...commandStates, 'silent']) expect(keyFor('command_state_', state)).not.toBeNull()
  for (const kind of contingencyKinds) expect(keyFor('contingency_kind_', kind)).not.toBeNull()
  for (const procedure of ['rtl', 'land', 'hold', 'alternate']) expect(keyFor('contingency_procedure_', procedure)).not.toBeNull()
  for (const advice of ['clear_return_route', 'clear_alternate_route', 'clear_landing_place', 'await_link', 'decide_contingency', 'none'])
    expect(keyFor('contingency_advice_', advice)).not.toBeNull()
  for (const action of ['hold', 'rtl', 'land', 'separate', 'reroute', 'delay', 'cancel', 'await']) expect(keyFor('contingency_action_', action)).not.toBeNull()
})

test('contingencies that wait for a decision come first, the longest waiting on top; then the newest', () => {
  const item = (contingency_id: string, state: string, s: number): Contingency => ({
    contingency_id,
    plan_id: 'fp_1',
    aircraft_id: null,
    kind: 'lost_link',
    procedure: 'rtl',
    state,
    detected_at: at(s),
    recommended_action: 'await_link',
  })
  const items = [item('open_old', 'open', 1), item('asked_late', 'proposed', 9), item('open_new', 'open', 5), item('asked_early', 'proposed', 2)]
  expect(inOrder(items).map(({ contingency_id }) => contingency_id)).toEqual(['asked_early', 'asked_late', 'open_new', 'open_old'])
})

const effect = (volumes: readonly EffectVolume[] | null): Effect => ({ aircraft_id: 'ac_1', type: 'hold', detail: '', detail_zh: '', allowed: true, ...(volumes === null ? {} : { volumes }) })

test('what an order would reserve is drawn as closed outlines, a disc with its radius and a polygon with its corners', () => {
  const disc = { volume: { outline_circle: { center: { lat: 22.5, lng: 114 }, radius: { value: 100 } } } }
  const corners = [{ lat: 22.5, lng: 114 }, { lat: 22.5, lng: 114.01 }, { lat: 22.51, lng: 114.01 }]
  const focus = orderFocus([effect([disc]), effect([{ volume: { outline_polygon: { vertices: corners } } }])])
  expect(focus?.lines.map(({ kind }) => kind)).toEqual(['reserved', 'reserved'])
  const [round, ring] = focus!.lines.map(({ points }) => points)
  for (const points of [round!, ring!]) {
    expect(points.at(-1)![0]).toBeCloseTo(points[0]![0], 9)
    expect(points.at(-1)![1]).toBeCloseTo(points[0]![1], 9)
  }
  for (const [lon, lat] of round!) {
    const east_m = (lon - 114) * 111_320 * Math.cos((22.5 * Math.PI) / 180)
    expect(Math.hypot(east_m, (lat - 22.5) * 111_320)).toBeCloseTo(100, 3)
  }
  expect(ring).toEqual([[114, 22.5], [114.01, 22.5], [114.01, 22.51], [114, 22.5]])
})

test('an order that takes no airspace leaves the map to what else is looked at', () => {
  expect(orderFocus([])).toBeNull()
  expect(orderFocus([effect([]), effect(null)])).toBeNull()
})

const siteState = (site_id: string, change: Partial<SiteState> = {}): SiteState => ({ site_id, name: site_id, open: true, pads: 2, pads_free: 1, next_free_at: null, stays_ahead: 0, ...change })
const siteAt = (site_id: string, lon_deg: number): Site => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [lon_deg, 22.7] }, properties: { site_id, name: site_id } })

test('sites to land at: open ones on the map, those with a pad free first, the nearest of each first', () => {
  const states = [siteState('far'), siteState('full', { pads_free: 0 }), siteState('near'), siteState('shut', { open: false }), siteState('nowhere')]
  const sites = [siteAt('far', 114.3), siteAt('full', 114.2001), siteAt('near', 114.21), siteAt('shut', 114.2)]
  const found = landingSites(states, sites, { lat_deg: 22.7, lon_deg: 114.2 })
  expect(found.map(({ site_id }) => site_id)).toEqual(['near', 'far', 'full'])
  expect(found[0]!.away_m).toBeGreaterThan(900)
  expect(found[0]!.away_m).toBeLessThan(1200)
  expect(landingSites(states, sites, null).every(({ away_m }) => away_m === null)).toBe(true)
})

const way = (kind: string, ...places: readonly (readonly [number, number])[]): Way => ({
  kind,
  site_id: kind === 'site' ? 'st_1' : null,
  detail: kind,
  detail_zh: kind,
  arrives_at: at(600),
  length_m: 1000,
  plan: { route: { waypoints: places.map(([lat_deg, lon_deg]) => ({ lat_deg, lon_deg })) } },
})

test('every way offered is drawn, the one looked at in full and on top', () => {
  const [direct, site] = [way('direct', [22.7, 114.2], [22.71, 114.2]), way('site', [22.7, 114.2], [22.7, 114.21])]
  expect(waysFocus([], null)).toBeNull()
  expect(waysFocus([direct, site], null)!.lines.map(({ quiet }) => quiet)).toEqual([false, false])
  const looked = waysFocus([direct, site], direct)!
  expect(looked.lines.map(({ quiet }) => quiet)).toEqual([true, false])
  expect(looked.lines[1]!.points).toEqual([[114.2, 22.7], [114.2, 22.71]])
  expect(waysFocus([direct, site], site)!.site_id).toBe('st_1')
})

test('the new way of a reroute is drawn with what the order reserves, other orders draw no way', () => {
  const reserved = { lines: [{ kind: 'reserved' as const, points: [[114, 22] as const, [114, 23] as const] }], place: null, zone_id: null, site_id: null }
  const direct = way('direct', [22.7, 114.2], [22.71, 114.2])
  expect(withWay(reserved, { type: 'reroute', plan: direct.plan })!.lines.map(({ kind }) => kind)).toEqual(['reserved', 'offer'])
  expect(withWay(null, { type: 'reroute', plan: direct.plan })!.lines).toHaveLength(1)
  expect(withWay(reserved, { type: 'hold' })).toBe(reserved)
  expect(withWay(null, { type: 'hold' })).toBeNull()
})

test('every order has a name, and exactly those that need a member ask for a choice', () => {
  const all = [...commandTypes, ...divertTypes, ...moreTypes]
  expect(new Set(all).size).toBe(9)
  for (const type of all) expect(keyFor('command_type_', type)).not.toBeNull()
  expect(all.filter(needsChoice)).toEqual(['land_at_site', 'reroute', 'set_message_rates'])
  for (const hz of positionRates) expect(ratesBody(hz)).toEqual({ type: 'set_message_rates', rates: { GLOBAL_POSITION_INT: hz } })
})
