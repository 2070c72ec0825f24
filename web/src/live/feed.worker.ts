/// <reference lib="webworker" />
/** The feed worker: keeps the WebSocket open, decodes, holds the track store, sends packed frames to the page. */

import { epochMs, ServerClock } from './clock'
import { decodeTracks } from './decode'
import type { FeedStats, FromWorker, IndexItem, LinkState, LiveMessage, ToWorker } from './protocol'
import { PACKED_BYTES, TrackStore } from './trackStore'

const PACK_EVERY_MS = 100
const STATS_EVERY_MS = 500
/** After this silence the service is asked over HTTP whether it lives. */
const QUIET_AFTER_MS = 1_200
const PROBE_TIMEOUT_MS = 1_000
/** A feed that is silent this long while the service answers is opened afresh. */
const REOPEN_AFTER_MS = 15_000
const MAX_BACKOFF_MS = 5_000

const scope = self as unknown as DedicatedWorkerGlobalScope
const say = (message: FromWorker, transfer: Transferable[] = []): void => scope.postMessage(message, transfer)

const clock = new ServerClock()
const spare: ArrayBuffer[] = []
let store: TrackStore | null = null
let setup: Extract<ToWorker, { type: 'start' }> | null = null
let socket: WebSocket | null = null
let link: LinkState = 'connecting'
let lastSeq: number | null = null
let lastHeardMs: number | null = null
let openedMs = 0
let attempt = 0
let reconnects = 0
let badFrames = 0
let messages = 0
let messagesPerS = 0
let reopenTimer: ReturnType<typeof setTimeout> | null = null
let packTimer: ReturnType<typeof setTimeout> | null = null
let probing = false

function sendFrame(): void {
  packTimer = null
  if (store === null) return
  const bytes = Math.max(store.live, 1) * PACKED_BYTES
  let buffer = spare.pop()
  if (buffer === undefined || buffer.byteLength < bytes) buffer = new ArrayBuffer(Math.ceil(bytes * 1.25 / 4) * 4)
  const packed_at_ms = epochMs()
  const count = store.pack(new Float32Array(buffer), clock.toServer(packed_at_ms))
  say({ type: 'frame', buffer, count, packed_at_ms }, [buffer])
}

function scheduleFrame(): void {
  packTimer ??= setTimeout(sendFrame, PACK_EVERY_MS)
}

function sendStats(): void {
  if (store === null) return
  const now = epochMs()
  const stats: FeedStats = {
    link,
    messages_per_s: messagesPerS,
    feed_age_s: lastHeardMs === null ? null : (now - lastHeardMs) / 1000,
    clock_ahead_ms: clock.ahead_ms,
    reconnects,
    bad_frames: badFrames,
    summary: store.summary(clock.toServer(now), link !== 'live'),
  }
  say({ type: 'stats', stats })
}

function setLink(next: LinkState): void {
  if (link === next) return
  link = next
  sendStats()
}

function onBinary(buffer: ArrayBuffer, arrivalMs: number): void {
  const frame = decodeTracks(buffer)
  if (typeof frame === 'string') {
    badFrames++
    return
  }
  clock.note(frame.tick_ms, arrivalMs)
  lastSeq = frame.seq
  store?.apply(frame)
  scheduleFrame()
}

function onText(text: string): void {
  let message: LiveMessage
  try {
    message = JSON.parse(text) as LiveMessage
  } catch {
    badFrames++
    return
  }
  if (message === null || typeof message !== 'object' || typeof message.topic !== 'string') {
    badFrames++
    return
  }
  if (Number.isFinite(message.seq)) lastSeq = message.seq
  if (message.topic === 'index') {
    const removed = (message.removed ?? []).filter((row): row is number => typeof row === 'number')
    store?.remove(removed)
    say({ type: 'index', items: (message.items ?? []) as IndexItem[], removed })
    if (removed.length > 0) scheduleFrame()
    return
  }
  say({ type: 'message', message })
}

function open(): void {
  reopenTimer = null
  if (setup === null) return
  const url = new URL('/v1/live', scope.location.origin)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  const mine = new WebSocket(url, 'hexlane.live.v1')
  socket = mine
  openedMs = epochMs()
  mine.binaryType = 'arraybuffer'
  mine.onopen = () => {
    if (socket !== mine) return
    openedMs = epochMs()
    clock.reset()
    const since = lastSeq === null ? {} : { since: lastSeq }
    mine.send(JSON.stringify({ subscribe: { bbox: setup?.bbox, topics: setup?.topics }, encoding: 'binary', ...since }))
  }
  mine.onmessage = (event: MessageEvent) => {
    if (socket !== mine) return
    lastHeardMs = epochMs()
    messages++
    attempt = 0
    setLink('live')
    if (event.data instanceof ArrayBuffer) onBinary(event.data, lastHeardMs)
    else onText(String(event.data))
  }
  mine.onclose = () => {
    if (socket === mine) void lostSocket()
  }
}

async function alive(): Promise<'alive' | 'signed_out' | 'dead'> {
  try {
    const answer = await fetch('/v1/session', {
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    })
    if (answer.status === 401) return 'signed_out'
    return answer.status >= 500 ? 'dead' : 'alive'
  } catch {
    return 'dead'
  }
}

async function lostSocket(): Promise<void> {
  socket = null
  setLink('lost')
  if ((await alive()) === 'signed_out') {
    setup = null
    setLink('signed_out')
    return
  }
  if (setup === null) return
  const wait = Math.min(MAX_BACKOFF_MS, 300 * 2 ** attempt) * (0.75 + Math.random() / 2)
  attempt++
  reconnects++
  if (reopenTimer === null) reopenTimer = setTimeout(open, wait)
}

function dropSocket(): void {
  const old = socket
  socket = null
  old?.close()
}

async function watch(): Promise<void> {
  if (setup === null || socket === null || probing) return
  const silentMs = epochMs() - Math.max(lastHeardMs ?? 0, openedMs)
  if (silentMs < QUIET_AFTER_MS) return
  probing = true
  const answer = await alive()
  probing = false
  if (setup === null || socket === null) return
  const stillSilentMs = epochMs() - Math.max(lastHeardMs ?? 0, openedMs)
  if (answer === 'alive' && stillSilentMs < REOPEN_AFTER_MS) {
    if (stillSilentMs >= QUIET_AFTER_MS && link === 'live') setLink('quiet')
  } else if (answer !== 'alive' || stillSilentMs >= REOPEN_AFTER_MS) {
    if (answer === 'alive' && stillSilentMs < QUIET_AFTER_MS) return
    dropSocket()
    await lostSocket()
  }
}

function stop(): void {
  setup = null
  if (reopenTimer !== null) clearTimeout(reopenTimer)
  reopenTimer = null
  dropSocket()
}

scope.onmessage = (event: MessageEvent<ToWorker>) => {
  const message = event.data
  if (message.type === 'start') {
    stop()
    setup = message
    store = new TrackStore(message.origin)
    lastSeq = null
    lastHeardMs = null
    link = 'connecting'
    open()
  } else if (message.type === 'stop') {
    stop()
  } else if (message.type === 'retry') {
    if (setup !== null && socket === null) {
      if (reopenTimer !== null) clearTimeout(reopenTimer)
      attempt = 0
      open()
    }
  } else if (spare.length < 3) {
    spare.push(message.buffer)
  }
}

setInterval(() => {
  messagesPerS = messages * (1000 / STATS_EVERY_MS) * 0.5 + messagesPerS * 0.5
  messages = 0
  sendStats()
  void watch()
}, STATS_EVERY_MS)
