/**
 * A stand-in for the Hexlane service, for work on the console alone.
 *
 *     npm run build && npm run fake -- --port 8765 --drones 50
 *
 * Serves the built console with a strict Content-Security-Policy, the endpoints the console reads and the live feed in
 * its binary form, filled with drones that fly from site to site of the city pack. It decides nothing and checks
 * nothing: what it shows is scenery. Options: --port (0 = any), --drones, --password (no automatic sign-in),
 * --calm (every drone conforms), --cells (at most so many, those nearest to the middle).
 */

import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { cellToLatLng, polygonToCells } from 'h3-js'
import { WebSocketServer } from 'ws'

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '8765' },
    drones: { type: 'string', default: '50' },
    password: { type: 'boolean', default: false },
    calm: { type: 'boolean', default: false },
    cells: { type: 'string', default: '100000' },
  },
})
const here = fileURLToPath(new URL('.', import.meta.url))
const site = join(here, '../../utm/static/console')
const pack = join(here, '../../utm/cities/shenzhen')
const read = (name) => JSON.parse(readFileSync(join(pack, `${name}.geojson`), 'utf8')).features
const zones = read('zones')
const corridors = read('corridors')
const sites = read('sites')

const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' }

// ---- scenery ------------------------------------------------------------------------------------------------------

let seed = 20240101
const random = () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return seed / 2 ** 32
}
const pick = (items) => items[Math.floor(random() * items.length)]
const M_PER_DEG = 111_195
const GEOID_M = -3
const flatM = (a, b) => Math.hypot((b[0] - a[0]) * Math.cos((a[1] * Math.PI) / 180), b[1] - a[1]) * M_PER_DEG
const operators = ['鹏城速运', '湾区巡检', 'Skylark Logistics', '云脊配送']
const odd = ['nonconforming', 'contingent', 'lost', 'unplanned', 'unknown']
const stateNames = ['conforming', 'nonconforming', 'contingent', 'lost', 'unplanned', 'unknown']

function newFlight(drone, startedAgo_s) {
  const from = pick(sites)
  const near = sites.filter((item) => item !== from && flatM(item.geometry.coordinates, from.geometry.coordinates) < 9000)
  const to = pick(near.length > 0 ? near : sites)
  const [a, b] = [from.geometry.coordinates, to.geometry.coordinates]
  const bend = [(a[0] + b[0]) / 2 + (random() - 0.5) * 0.006, (a[1] + b[1]) / 2 + (random() - 0.5) * 0.006]
  const level = 60 + Math.floor(random() * 5) * 10
  const point = ([lon_deg, lat_deg], alt_m, speed_mps) => ({ lat_deg, lon_deg, alt_m, alt_datum: 'AGL', speed_mps })
  const waypoints = [point(a, 0, 3), point(a, level, 14), point(bend, level, 14), point(b, level, 2.5), point(b, 0, 2.5)]
  const at = [0]
  for (let i = 1; i < waypoints.length; i++) {
    const [p, q] = [waypoints[i - 1], waypoints[i]]
    at[i] = at[i - 1] + Math.hypot(flatM([p.lon_deg, p.lat_deg], [q.lon_deg, q.lat_deg]), q.alt_m - p.alt_m) / p.speed_mps
  }
  const begins = Date.now() - startedAgo_s * 1000
  drone.flight = { number: (drone.flight?.number ?? 0) + 1, waypoints, at, begins, from, to }
  drone.battery = 95 - random() * 20
}

const drones = Array.from({ length: Number(options.drones) }, (_, row) => {
  const state = options.calm || random() > 0.12 ? 'conforming' : pick(odd)
  const code = (row * 7919 + 104729).toString(36).toUpperCase().padStart(8, '0').slice(-8)
  const drone = { row, state, aircraft_id: `ac_${code.toLowerCase()}`, registration: state === 'unknown' ? null : `UAS${code}`, operator: operators[row % operators.length] }
  newFlight(drone, random() * 400)
  return drone
})
const planId = (drone) => (drone.state === 'unplanned' || drone.state === 'unknown' ? null : `fp_${drone.aircraft_id.slice(3)}${drone.flight.number}`)
const trackId = (drone) => `trk_${drone.aircraft_id.slice(3)}`

function observe(drone, now) {
  if (drone.state === 'lost') {
    drone.held ??= where(drone, now - 8000)
    return drone.held
  }
  const seen = where(drone, now - (drone.row % 10) * 40)
  if (drone.state === 'nonconforming') seen.lat_deg += 0.0008
  return seen
}

function where(drone, when) {
  const { waypoints, at, begins } = drone.flight
  const t = (when - begins) / 1000
  const last = at.length - 1
  let leg = 0
  while (leg < last - 1 && t >= at[leg + 1]) leg++
  const [p, q] = [waypoints[leg], waypoints[leg + 1]]
  const leg_s = at[leg + 1] - at[leg]
  const part = Math.min(1, Math.max(0, (t - at[leg]) / leg_s))
  const moving = t > 0 && t < at[last]
  const mix = (name) => p[name] + (q[name] - p[name]) * part
  const east = moving ? ((q.lon_deg - p.lon_deg) * Math.cos((p.lat_deg * Math.PI) / 180) * M_PER_DEG) / leg_s : 0
  const north = moving ? ((q.lat_deg - p.lat_deg) * M_PER_DEG) / leg_s : 0
  const still = Math.hypot(east, north) < 0.1
  return {
    when,
    lat_deg: mix('lat_deg'),
    lon_deg: mix('lon_deg'),
    agl_m: mix('alt_m'),
    east,
    north,
    up: moving ? (q.alt_m - p.alt_m) / leg_s : 0,
    heading_deg: still ? (drone.heading ?? null) : (drone.heading = ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360),
    over: t > at[last] + 5,
  }
}

// ---- the live feed ------------------------------------------------------------------------------------------------

let seq = 1
let seen = new Map()

function frame(kind) {
  const now = Date.now()
  const n = drones.length
  const buffer = Buffer.alloc(32 + 22 * n)
  buffer.write('HXL2', 0, 'latin1')
  buffer.writeUInt8(2, 4)
  buffer.writeUInt8(kind, 5)
  buffer.writeUInt32LE(n, 8)
  buffer.writeBigUInt64LE(BigInt(seq), 16)
  buffer.writeDoubleLE(now, 24)
  const two = 32 + 12 * n
  const small = (value) => Math.max(-32767, Math.min(32767, Math.round(value)))
  drones.forEach((drone, i) => {
    const at = seen.get(drone.row)
    const age_ds = Math.min(255, Math.floor((now - at.when) / 100))
    buffer.writeUInt32LE(drone.row + stateNames.indexOf(drone.state) * 2 ** 21 + age_ds * 2 ** 24, 32 + 4 * i)
    buffer.writeInt32LE(Math.round(at.lat_deg * 1e7), 32 + 4 * n + 4 * i)
    buffer.writeInt32LE(Math.round(at.lon_deg * 1e7), 32 + 8 * n + 4 * i)
    buffer.writeInt16LE(small((at.agl_m + GEOID_M) * 10), two + 2 * i)
    buffer.writeInt16LE(small(at.east * 100), two + 2 * n + 2 * i)
    buffer.writeInt16LE(small(at.north * 100), two + 4 * n + 2 * i)
    buffer.writeInt16LE(small(at.up * 100), two + 6 * n + 2 * i)
    buffer.writeUInt16LE(at.heading_deg === null ? 65535 : Math.round(at.heading_deg * 100) % 36000, two + 8 * n + 2 * i)
  })
  return buffer
}

const indexItem = (drone) => ({
  row: drone.row,
  track_id: trackId(drone),
  aircraft_id: drone.state === 'unknown' ? null : drone.aircraft_id,
  plan_id: planId(drone),
  registration: drone.registration,
  operator_name: drone.state === 'unknown' ? null : drone.operator,
  source: 'mavlink',
})

const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'hexlane.live.v1', perMessageDeflate: false })
const say = (socket, message) => socket.send(JSON.stringify({ seq: ++seq, ...message }))

sockets.on('connection', (socket) => {
  socket.on('message', (text) => {
    let wish
    try {
      wish = JSON.parse(String(text))
    } catch {
      return socket.close(1007)
    }
    if (!wish.subscribe) return
    say(socket, { topic: 'index', kind: 'snapshot', items: drones.map(indexItem), removed: [] })
    socket.send(frame(0))
    socket.subscribed = true
  })
})

function tick() {
  const now = Date.now()
  const changed = []
  for (const drone of drones) {
    const at = observe(drone, now)
    seen.set(drone.row, at)
    if (at.over && drone.state !== 'lost') {
      newFlight(drone, 0)
      changed.push(drone)
    }
  }
  seq++
  const increment = frame(1)
  for (const socket of sockets.clients) {
    if (!socket.subscribed || socket.readyState !== 1 || socket.bufferedAmount > 4e6) continue
    if (changed.length > 0) say(socket, { topic: 'index', kind: 'increment', items: changed.map(indexItem), removed: [] })
    socket.send(increment)
  }
}
tick()
setInterval(tick, 250)

// ---- HTTP ---------------------------------------------------------------------------------------------------------

const session = { user: { name: 'dispatcher', role: 'dispatcher', organisation: { organisation_id: 'org_demo_centre', name: 'Demo Operations Centre', name_zh: '演示运行中心' } }, csrf_token: 'fake' }
const signedIn = (request) => /hexlane_session=1/.test(request.headers.cookie ?? '')

function track(drone) {
  const at = seen.get(drone.row)
  const now = Date.now()
  return {
    ...indexItem(drone),
    lat_deg: at.lat_deg,
    lon_deg: at.lon_deg,
    alt_hae_m: at.agl_m + GEOID_M,
    alt_amsl_m: at.agl_m,
    alt_agl_m: drone.state === 'unknown' ? null : at.agl_m,
    vel_east_mps: at.east,
    vel_north_mps: at.north,
    vel_up_mps: at.up,
    heading_deg: at.heading_deg,
    state: drone.state,
    observed_at: new Date(at.when).toISOString(),
    received_at: new Date(at.when + 30).toISOString(),
    battery_pct: drone.state === 'unknown' ? null : Math.max(5, drone.battery - (now - drone.flight.begins) / 9000),
    mode: drone.state === 'contingent' ? 'rtl' : 'mission',
    link_age_s: (now - at.when) / 1000,
    armed: true,
    landed: at.agl_m < 0.5,
  }
}

function plan(drone) {
  const { waypoints, at, begins, from, to } = drone.flight
  const iso = (ms) => new Date(ms).toISOString()
  return {
    plan_id: planId(drone),
    state: drone.state === 'nonconforming' || drone.state === 'contingent' ? drone.state : 'activated',
    version: 2,
    aircraft_id: drone.aircraft_id,
    operation_type: drone.row % 4 === 1 ? 'inspection' : 'logistics',
    priority: 20,
    departure_at: iso(begins),
    starts_at: iso(begins),
    ends_at: iso(begins + at.at(-1) * 1000),
    route: { type: 'trajectory', crs: 'WGS84', cruise_speed_mps: 14, waypoints },
    origin_site_id: from.properties.site_id,
    destination_site_id: to.properties.site_id,
    decision: { outcome: 'approved', decided_at: iso(begins - 95_000), took_ms: 12.4, reasons: [], counter_offers: [] },
    volumes: [],
  }
}

const loads = new Map()
/** How busy a cell is: invented once, and every tenth cell changes each time it is asked for. */
function loadOf(cell) {
  if (!loads.has(cell) || random() < 0.1) loads.set(cell, Math.max(0, Math.floor(random() * 30) - 18))
  return loads.get(cell)
}

/** The cells of a box with their loads. */
function cells(query) {
  const [west, south, east, north] = (query.get('bbox') ?? '113.745,22.43,114.56,22.84').split(',').map(Number)
  const ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
  const away = (cell) => {
    const [lat, lng] = cellToLatLng(cell)
    return flatM([lng, lat], [(west + east) / 2, (south + north) / 2])
  }
  const all = polygonToCells([ring], Number(query.get('res') ?? 9), true)
  const shown = all.length <= Number(options.cells) ? all : all.map((cell) => [away(cell), cell]).sort((a, b) => a[0] - b[0]).slice(0, Number(options.cells)).map(([, cell]) => cell)
  return shown.map((cell) => ({
    cell,
    load: loadOf(cell),
    ceiling_agl_m: 120,
    status: 'open',
  }))
}

function answer(request, url) {
  const { pathname, searchParams } = url
  if (pathname === '/healthz') return [200, { status: 'ok' }]
  if (pathname === '/v1/session/demo-users') return [200, { users: [{ role: 'dispatcher', name: 'dispatcher' }], auto_login: !options.password }]
  if (pathname === '/v1/session/demo' || (pathname === '/v1/session' && request.method === 'POST')) {
    return [200, session, { 'Set-Cookie': 'hexlane_session=1; HttpOnly; SameSite=Strict; Path=/' }]
  }
  if (!signedIn(request)) return [401, { code: 'not_signed_in', detail: 'Sign in first.', detail_zh: '请先登录。' }]
  if (pathname === '/v1/session') {
    return request.method === 'DELETE' ? [204, null, { 'Set-Cookie': 'hexlane_session=; Max-Age=0; Path=/' }] : [200, session]
  }
  if (pathname === '/v1/zones') {
    const weekend = (zone) => zone.properties.applicability?.some((time) => time.weekly)
    return [200, { items: searchParams.has('at') ? zones.filter((zone) => !weekend(zone)) : zones, next_cursor: null }]
  }
  if (pathname === '/v1/airspace/at') return [200, { alt_hae_m: Number(searchParams.get('alt_m')), alt_amsl_m: Number(searchParams.get('alt_m')) - GEOID_M }]
  if (pathname === '/v1/airspace/cells') return [200, { items: cells(searchParams), next_cursor: null }]
  if (pathname === '/v1/alerts' || pathname === '/v1/contingencies') return [200, { items: [], next_cursor: null }]
  if (pathname === '/v1/corridors') return [200, { items: corridors, next_cursor: null }]
  if (pathname === '/v1/sites') return [200, { items: sites, next_cursor: null }]
  if (pathname === '/v1/tracks') {
    const [west, south, east, north] = (searchParams.get('bbox') ?? '-180,-90,180,90').split(',').map(Number)
    const inside = ({ lat_deg, lon_deg }) => lon_deg >= west && lon_deg <= east && lat_deg >= south && lat_deg <= north
    return [200, { items: drones.filter((drone) => inside(seen.get(drone.row))).map(track), next_cursor: null }]
  }
  const wanted = /^\/v1\/flight-plans\/([^/]+)$/.exec(pathname)?.[1]
  const drone = drones.find((item) => planId(item) === wanted)
  if (wanted !== undefined && drone !== undefined) return [200, plan(drone)]
  return [404, { code: 'not_found', detail: 'There is no such thing here.', detail_zh: '没有此对象。' }]
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://fake')
  if (url.pathname.startsWith('/v1/') || url.pathname === '/healthz') {
    const [status, body, headers] = answer(request, url)
    request.resume()
    response.writeHead(status, { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json', ...headers })
    return response.end(body === null ? undefined : JSON.stringify(body))
  }
  const path = normalize(url.pathname === '/' ? '/index.html' : url.pathname)
  const file = join(site, path)
  if (!file.startsWith(site) || !existsSync(file)) {
    response.writeHead(404)
    return response.end()
  }
  response.writeHead(200, {
    'Content-Type': types[extname(file)] ?? 'application/octet-stream',
    'Content-Security-Policy': CSP,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  })
  createReadStream(file).pipe(response)
})
server.on('upgrade', (request, socket, head) => {
  if (!request.url?.startsWith('/v1/live') || !signedIn(request)) {
    socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n')
    return
  }
  sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request))
})
server.listen(Number(options.port), '127.0.0.1', () => {
  const address = server.address()
  console.log(`fake service on http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/ with ${drones.length} drones`)
})
