/// <reference lib="webworker" />
/** The replay worker: plays a recorded window through the decoder and store of the live feed. */

import { cursorMs } from '../replay/replayTime'
import { epochMs } from './clock'
import { decodeTracks } from './decode'
import type { FromWorker, IndexItem, LiveMessage } from './protocol'
import { AT_VX, AT_VY, PACKED_BYTES, PACKED_WORDS, TrackStore } from './trackStore'

export type ToReplay =
  | { readonly type: 'play'; readonly from_ms: number; readonly to_ms: number; readonly speed: number; readonly paused: boolean; readonly bbox: readonly number[]; readonly origin: { readonly lon_deg: number; readonly lat_deg: number } }
  | { readonly type: 'pace'; readonly speed: number; readonly paused: boolean }
  | { readonly type: 'stop' }
  | { readonly type: 'recycle'; readonly buffer: ArrayBuffer }

export type ReplayPhase = 'loading' | 'playing' | 'paused' | 'ended' | 'failed'

export type FromReplay = FromWorker | { readonly type: 'replay'; readonly cursor_ms: number; readonly phase: ReplayPhase }

const TOPICS = ['tracks', 'alerts', 'plans', 'commands', 'zones']
const FRAME_EVERY_MS = 100
const STATE_EVERY_MS = 200

const scope = self as unknown as DedicatedWorkerGlobalScope
const say = (message: FromReplay, transfer: Transferable[] = []): void => scope.postMessage(message, transfer)

const spare: ArrayBuffer[] = []
let store: TrackStore | null = null
let asked: Extract<ToReplay, { type: 'play' }> | null = null
let socket: WebSocket | null = null
let phase: ReplayPhase = 'loading'
let base_ms = 0
let since_ms = 0
let speed = 1
let paused = true
let heard = false
let lastFrameMs = 0

function cursor(): number {
  if (asked === null) return base_ms
  return cursorMs(base_ms, asked.to_ms, since_ms, epochMs(), speed, paused || phase !== 'playing')
}

function sendFrame(): void {
  if (store === null) return
  const bytes = Math.max(store.live, 1) * PACKED_BYTES
  let buffer = spare.pop()
  if (buffer === undefined || buffer.byteLength < bytes) buffer = new ArrayBuffer(Math.ceil((bytes * 1.25) / 4) * 4)
  const data = new Float32Array(buffer)
  const count = store.pack(data, cursor())
  // Between two frames a symbol moves as fast as the replay, up to its own speed; in a replay that stands, not at all.
  const pace = phase === 'playing' && !paused ? Math.min(1, speed) : 0
  for (let i = 0; i < count; i++) {
    data[i * PACKED_WORDS + AT_VX]! *= pace
    data[i * PACKED_WORDS + AT_VY]! *= pace
  }
  lastFrameMs = epochMs()
  say({ type: 'frame', buffer, count, packed_at_ms: lastFrameMs }, [buffer])
}

function sendState(): void {
  if (store === null) return
  say({ type: 'replay', cursor_ms: cursor(), phase })
  say({
    type: 'stats',
    stats: { link: phase === 'failed' ? 'lost' : 'live', messages_per_s: 0, feed_age_s: 0, clock_ahead_ms: epochMs() - cursor(), reconnects: 0, bad_frames: 0, summary: store.summary(cursor(), false) },
  })
}

function enter(next: ReplayPhase): void {
  if (phase === next) return
  base_ms = cursor()
  phase = next
  since_ms = epochMs()
  sendFrame()
  sendState()
}

function onText(text: string): void {
  let message: LiveMessage
  try {
    message = JSON.parse(text) as LiveMessage
  } catch {
    return
  }
  if (message === null || typeof message !== 'object' || typeof message.topic !== 'string') return
  if (message.topic === 'index') {
    const removed = (message.removed ?? []).filter((row): row is number => typeof row === 'number')
    store?.remove(removed)
    say({ type: 'index', items: (message.items ?? []) as IndexItem[], removed })
  } else say({ type: 'message', message })
}

function open(): void {
  if (asked === null) return
  const wish = asked
  const url = new URL('/v1/replay/live', scope.location.origin)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  const mine = new WebSocket(url, 'hexlane.live.v1')
  socket = mine
  heard = false
  mine.binaryType = 'arraybuffer'
  mine.onopen = () => {
    if (socket !== mine) return
    const replay = { from: new Date(wish.from_ms).toISOString(), to: new Date(wish.to_ms).toISOString(), speed, paused }
    mine.send(JSON.stringify({ replay, subscribe: { bbox: wish.bbox, topics: TOPICS }, encoding: 'binary' }))
  }
  mine.onmessage = (event: MessageEvent) => {
    if (socket !== mine) return
    if (!heard) {
      heard = true
      enter(paused ? 'paused' : 'playing')
    }
    if (event.data instanceof ArrayBuffer) {
      const frame = decodeTracks(event.data)
      if (typeof frame !== 'string') store?.apply(frame)
      if (epochMs() - lastFrameMs >= FRAME_EVERY_MS || paused) sendFrame()
    } else onText(String(event.data))
  }
  mine.onclose = (event: CloseEvent) => {
    if (socket !== mine) return
    socket = null
    if (heard && event.code === 1000) {
      base_ms = wish.to_ms
      phase = 'ended'
      sendFrame()
      sendState()
    } else enter('failed')
  }
}

function drop(): void {
  const old = socket
  socket = null
  old?.close()
}

scope.onmessage = (event: MessageEvent<ToReplay>) => {
  const message = event.data
  if (message.type === 'play') {
    drop()
    asked = message
    store = new TrackStore(message.origin)
    speed = message.speed
    paused = message.paused
    base_ms = message.from_ms
    since_ms = epochMs()
    phase = 'loading'
    sendFrame()
    sendState()
    open()
  } else if (message.type === 'pace') {
    base_ms = cursor()
    since_ms = epochMs()
    speed = message.speed
    paused = message.paused
    if (phase === 'playing' || phase === 'paused') phase = paused ? 'paused' : 'playing'
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ replay: { speed, paused } }))
    sendFrame()
    sendState()
  } else if (message.type === 'stop') {
    asked = null
    drop()
  } else if (spare.length < 3) spare.push(message.buffer)
}

// A frame that stands is told again, so that nothing in it grows old.
setInterval(() => {
  if (asked === null) return
  sendState()
  if (epochMs() - lastFrameMs >= STATE_EVERY_MS) sendFrame()
}, STATE_EVERY_MS)
