/** The server's clock as seen from here: the smallest (arrival − stamp) of late is taken as the offset. */

const WINDOW = 64

/** Milliseconds since the epoch with the resolution of `performance.now`, the same in page and worker. */
export const epochMs = (): number => performance.timeOrigin + performance.now()

export class ServerClock {
  private readonly samples: number[] = []

  /** Note a message stamped `stamp_ms` by the server that arrived at `arrival_ms` on our clock. */
  note(stamp_ms: number, arrival_ms: number): void {
    if (!Number.isFinite(stamp_ms)) return
    this.samples.push(arrival_ms - stamp_ms)
    if (this.samples.length > WINDOW) this.samples.shift()
  }

  reset(): void {
    this.samples.length = 0
  }

  /** How far our clock is ahead of the server's, transit included at its best; 0 while nothing is known. */
  get ahead_ms(): number {
    return this.samples.length === 0 ? 0 : Math.min(...this.samples)
  }

  toServer(local_ms: number): number {
    return local_ms - this.ahead_ms
  }
}
