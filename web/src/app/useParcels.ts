/** Transport orders, one order's story and the indicators, kept fresh by the live feed. */

import { useCallback, useEffect, useRef, useState } from 'react'
import { getCarrier, getIndicators, getMission, getOrder, getOrders, type Carrier, type Indicators, type Mission, type Order } from '../api/logistics'
import type { Problem } from '../api/types'
import type { LiveFeed } from '../live/liveFeed'

const SETTLE_MS = 300
/** The service is asked no more often than this while orders change, */
const AT_MOST_EVERY_MS = 2_000
/** and at least so often: a new expectation alone is no event. */
const AT_LEAST_EVERY_MS = 15_000

/** Call `load` at once, after events that `concerns` names, and every so often; returns how to stop. */
function keepFresh(feed: LiveFeed, load: (current: () => boolean) => Promise<void>, concerns: (items: readonly unknown[]) => boolean): () => void {
  let current = true
  let busy = false
  let again = false
  let timer: ReturnType<typeof setTimeout> | null = null
  let timer_at_ms = 0
  let last_ms = 0
  const plan = (at_ms: number) => {
    if (!current || (timer !== null && timer_at_ms <= at_ms)) return
    if (timer !== null) clearTimeout(timer)
    timer_at_ms = at_ms
    timer = setTimeout(() => void run(), Math.max(0, at_ms - Date.now()))
  }
  const run = async () => {
    timer = null
    busy = true
    last_ms = Date.now()
    await load(() => current)
    busy = false
    plan(again ? last_ms + AT_MOST_EVERY_MS : Date.now() + AT_LEAST_EVERY_MS)
    again = false
  }
  void run()
  const off = feed.onMessage.on((message) => {
    if (message.topic !== 'orders' || (message.kind !== 'snapshot' && !concerns(message.items))) return
    if (busy) again = true
    else plan(Math.max(Date.now() + SETTLE_MS, last_ms + AT_MOST_EVERY_MS))
  })
  return () => {
    current = false
    if (timer !== null) clearTimeout(timer)
    off()
  }
}

export interface ParcelList {
  readonly orders: readonly Order[]
  readonly waiting: boolean
  readonly problem: Problem | null
  readonly more: boolean
  readonly indicators: Indicators | null
}

const nothing: ParcelList = { orders: [], waiting: true, problem: null, more: false, indicators: null }

/** Orders, newest first, with the day's indicators. Nothing is read while the board is closed. */
export function useParcels(feed: LiveFeed, open: boolean): { readonly list: ParcelList; readonly loadMore: () => void; readonly take: (order: Order) => void } {
  const [list, setList] = useState(nothing)
  const [pages, setPages] = useState(1)
  useEffect(() => {
    if (!open) return
    return keepFresh(
      feed,
      async (current) => {
        const indicators = getIndicators()
        const found: Order[] = []
        let cursor: string | null = null
        let problem: Problem | null = null
        for (let page = 0; page < pages; page++) {
          const answer = await getOrders(cursor)
          if (!current()) return
          if (!answer.ok) {
            problem = answer.problem
            break
          }
          found.push(...answer.value.items)
          cursor = answer.value.next_cursor ?? null
          if (cursor === null) break
        }
        const counted = await indicators
        if (!current()) return
        setList((before) => ({
          orders: problem === null ? found : before.orders,
          more: problem === null ? cursor !== null : before.more,
          waiting: false,
          problem,
          indicators: counted.ok ? counted.value.totals : before.indicators,
        }))
      },
      () => true,
    )
  }, [feed, open, pages])
  const loadMore = useCallback(() => setPages((before) => before + 1), [])
  const take = useCallback(
    (order: Order) => setList((before) => ({ ...before, orders: [order, ...before.orders.filter(({ order_id }) => order_id !== order.order_id)] })),
    [],
  )
  return { list, loadMore, take }
}

export interface ParcelTold {
  readonly order: Order | null
  /** The flights its story names, by mission. */
  readonly missions: ReadonlyMap<string, Mission>
  readonly carrier: Carrier | null
  readonly problem: Problem | null
}

const untold: ParcelTold = { order: null, missions: new Map(), carrier: null, problem: null }

/** One order with its story, flights and carrier; read again when the feed tells of it. */
export function useParcel(feed: LiveFeed, orderId: string | null): ParcelTold {
  const [told, setTold] = useState(untold)
  const shown = useRef<string | null>(null)
  useEffect(() => {
    if (shown.current !== orderId) setTold(untold)
    shown.current = orderId
    if (orderId === null) return
    return keepFresh(
      feed,
      async (current) => {
        const answer = await getOrder(orderId)
        if (!current()) return
        if (!answer.ok) return setTold((before) => ({ ...before, problem: answer.problem }))
        const order = answer.value
        setTold((before) => ({ ...before, order, problem: null }))
        const ids = new Set([...(order.story ?? []).map((step) => step.mission_id ?? ''), order.mission_id ?? ''])
        ids.delete('')
        const [missions, carrier] = await Promise.all([
          Promise.all([...ids].map((id) => getMission(id))),
          order.aircraft_id == null ? null : getCarrier(order.aircraft_id),
        ])
        if (!current()) return
        setTold((before) => ({
          ...before,
          missions: new Map(missions.flatMap((item) => (item.ok ? [[item.value.mission_id, item.value]] : []))),
          carrier: carrier?.ok ? carrier.value : null,
        }))
      },
      (items) => items.some((item) => (item as { order_id?: unknown } | null)?.order_id === orderId),
    )
  }, [feed, orderId])
  return told.order === null || told.order.order_id === orderId ? told : untold
}
