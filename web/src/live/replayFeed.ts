/** The page's end of a replay: a feed the map can show, with a clock that can be stopped, sped up and set. */

import { LiveFeed } from './liveFeed'
import type { FromWorker } from './protocol'
import type { FromReplay, ReplayPhase, ToReplay } from './replay.worker'

export interface ReplayState {
  readonly cursor_ms: number
  readonly phase: ReplayPhase
}

type Listener = (state: ReplayState) => void

export class ReplayFeed extends LiveFeed {
  state: ReplayState = { cursor_ms: 0, phase: 'loading' }
  private readonly listeners = new Set<Listener>()

  onState(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Play a window from its beginning; what was shown before is forgotten. */
  play(from_ms: number, to_ms: number, speed: number, paused: boolean): void {
    if (this.worker === null) {
      const worker = new Worker(new URL('./replay.worker.ts', import.meta.url), { type: 'module', name: 'hexlane-replay' })
      this.worker = worker
      worker.onmessage = (event: MessageEvent<FromReplay>) => this.hear(event.data)
    }
    this.forgetAll()
    this.say({ type: 'play', from_ms, to_ms, speed, paused, bbox: this.bbox, origin: this.place })
  }

  pace(speed: number, paused: boolean): void {
    this.say({ type: 'pace', speed, paused })
  }

  override start(): void {
    throw new Error('a replay is started with play()')
  }

  override serverNowMs(): number {
    return this.state.cursor_ms
  }

  private say(message: ToReplay): void {
    this.worker?.postMessage(message)
  }

  private hear(message: FromReplay): void {
    if (message.type !== 'replay') return this.take(message as FromWorker)
    this.state = { cursor_ms: message.cursor_ms, phase: message.phase }
    for (const listener of this.listeners) listener(this.state)
  }
}
