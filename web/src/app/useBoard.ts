/** Missions, carriers, orders and the pads of the sites they use, for the board over time. */

import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { getOrders, type Order } from '../api/logistics'
import { request } from '../api/client'
import type { Carrier, Mission, Slots } from '../api/schema.gen'
import type { Page, Problem } from '../api/types'
import type { LiveFeed } from '../live/liveFeed'

const EVERY_MS = 15_000
const SETTLE_MS = 600
const MISSION_PAGES = 4
const MOST_SITES = 40

export interface BoardData {
  readonly missions: readonly Mission[]
  readonly carriers: readonly Carrier[]
  readonly orders: ReadonlyMap<string, Order>
  readonly slots: ReadonlyMap<string, Slots>
  readonly waiting: boolean
  readonly problem: Problem | null
}

const nothing: BoardData = { missions: [], carriers: [], orders: new Map(), slots: new Map(), waiting: true, problem: null }

/** `pads`: also read who stands at the sites' pads, over the hours shown. */
export function useBoard(feed: LiveFeed, pads: boolean, hours: number): BoardData & { readonly reload: () => void } {
  const [data, setData] = useState(nothing)
  const again = useRef<() => void>(() => {})
  useEffect(() => {
    let current = true
    let timer: ReturnType<typeof setTimeout>
    const load = async () => {
      clearTimeout(timer)
      const [carriers, orders] = await Promise.all([request<Page<Carrier>>('GET', '/v1/carriers'), getOrders()])
      const missions: Mission[] = []
      let cursor: string | null = null
      let problem: Problem | null = !carriers.ok ? carriers.problem : !orders.ok ? orders.problem : null
      for (let page = 0; page < MISSION_PAGES; page++) {
        const query = new URLSearchParams({ limit: '200', ...(cursor === null ? {} : { cursor }) })
        const answer = await request<Page<Mission>>('GET', `/v1/missions?${query}`)
        if (!answer.ok) {
          problem ??= answer.problem
          break
        }
        missions.push(...answer.value.items)
        cursor = answer.value.next_cursor ?? null
        if (cursor === null) break
      }
      const slots = new Map<string, Slots>()
      if (pads) {
        const from = feed.serverNowMs()
        const window = new URLSearchParams({ from: new Date(from).toISOString(), to: new Date(from + hours * 3_600_000).toISOString() })
        const used = new Set(missions.flatMap(({ origin_site_id, destination_site_id }) => [origin_site_id, destination_site_id].filter((id) => id !== null)))
        const found = await Promise.all([...used].slice(0, MOST_SITES).map((id) => request<Slots>('GET', `/v1/sites/${encodeURIComponent(id)}/slots?${window}`)))
        for (const answer of found) if (answer.ok) slots.set(answer.value.site_id, answer.value)
      }
      if (!current) return
      setData((before) => ({
        missions: problem === null ? missions : before.missions,
        carriers: carriers.ok ? carriers.value.items : before.carriers,
        orders: orders.ok ? new Map(orders.value.items.map((order) => [order.order_id, order])) : before.orders,
        slots,
        waiting: false,
        problem,
      }))
      clearTimeout(timer)
      timer = setTimeout(() => void load(), EVERY_MS)
    }
    again.current = () => void load()
    void load()
    const off = feed.onMessage.on((message) => {
      if (message.topic !== 'orders') return
      clearTimeout(timer)
      timer = setTimeout(() => void load(), SETTLE_MS)
    })
    return () => {
      current = false
      clearTimeout(timer)
      off()
    }
  }, [feed, pads, hours])
  const reload = useCallback(() => again.current(), [])
  return useMemo(() => ({ ...data, reload }), [data, reload])
}
