/** The logistics board: vehicles or pads over time, orders that wait or are in trouble, and what may be done about them. */

import './logistics.css'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Button, ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import type { Order } from '../../api/logistics'
import { useBoard } from '../../app/useBoard'
import { useConsole } from '../../app/consoleContext'
import { useFleet } from '../../app/hooks'
import { useLook } from '../../app/look'
import { replaceParam } from '../../app/urlState'
import { energyShare, vehicleRows, type Bar, type Scale } from '../../gantt/gantt'
import { localName, number } from '../../i18n/format'
import { lateness } from '../../parcel/parcelTimes'
import { ParcelMark } from '../../ui/ParcelMark'
import { problemWords } from '../../ui/problem'
import { GanttChart, HEAD, hourMinute, missionWords, rowHeight } from './GanttChart'
import { movable, vehiclesFor } from '../../gantt/drag'
import { OrderActions } from './OrderActions'
import { ReassignBox } from './ReassignBox'
import { PAD_ROW_PX, PadChart } from './PadChart'

const spans = [2, 6, 12] as const
const PAST_SHARE = 0.25
const LABEL_PX = 190

const param = (name: string) => new URLSearchParams(window.location.search).get(name)

export default function LogisticsScreen() {
  const { session, feed, now_ms, airspace, go } = useConsole()
  const { t, lang } = useLook()
  const fleet = useFleet(true)
  const [rowsBy, setRowsBy] = useState<'vehicles' | 'sites'>(() => (param('rows') === 'sites' ? 'sites' : 'vehicles'))
  const [hours, setHours] = useState<number>(() => spans.find((span) => String(span) === param('hours')) ?? 2)
  const [barId, setBarId] = useState<string | null>(null)
  const [dropped, setDropped] = useState<{ readonly order_id: string; readonly aircraft_id: string } | null>(null)
  const [orderId, setOrderId] = useState<string | null>(() => param('order'))
  const board = useBoard(feed, rowsBy === 'sites', hours)
  const { ref, width } = useWidth()

  useEffect(() => {
    replaceParam('rows', rowsBy === 'sites' ? 'sites' : null)
    replaceParam('hours', hours === 2 ? null : String(hours))
    replaceParam('order', orderId)
  }, [rowsBy, hours, orderId])

  // The picture moves on each minute, not each second.
  const minute = Math.floor(now_ms / 60_000) * 60_000
  const scale: Scale = useMemo(() => {
    const span_ms = hours * 3_600_000
    const from_ms = rowsBy === 'sites' ? minute : minute - span_ms * PAST_SHARE
    return { from_ms, to_ms: from_ms + span_ms, width_px: Math.max(300, width - LABEL_PX) }
  }, [minute, hours, rowsBy, width])
  const vehicleName = useCallback((id: string) => fleet.aircraft.get(id)?.registration ?? id, [fleet])
  const siteName = useCallback(
    (id: string | null) => {
      const site = airspace.sites.find(({ properties }) => properties.site_id === id)
      return site === undefined ? (id ?? t('value_unknown')) : localName(lang, site.properties)
    },
    [airspace.sites, lang, t],
  )
  const rows = useMemo(() => {
    const ids = board.carriers.map(({ aircraft_id }) => aircraft_id).sort((a, b) => vehicleName(a).localeCompare(vehicleName(b)))
    return vehicleRows(ids, board.missions, board.orders, minute)
  }, [board, vehicleName, minute])
  const bar = rows.flatMap((row) => row.bars).find(({ id }) => id === barId) ?? null
  const orders = useMemo(() => [...board.orders.values()], [board.orders])
  const waiting = orders.filter(({ state }) => state === 'created')
  const troubled = orders.filter((order) => {
    const against = lateness(order, now_ms)
    return order.state === 'failed' || order.state === 'returned' || (order.state !== 'delivered' && 'late_s' in against && against.late_s > 60)
  })
  const order = (orderId === null ? null : board.orders.get(orderId)) ?? bar?.order ?? null
  const slots = useMemo(() => [...board.slots.values()].sort((a, b) => siteName(a.site_id).localeCompare(siteName(b.site_id))), [board.slots, siteName])
  const barName = (each: Bar) => (each.order === null ? t('logistics_mission') : `${siteName(each.order.origin_site_id)} → ${siteName(each.order.destination_site_id)}`)

  return (
    <div className="page logistics">
      <div className="page-head">
        <h1>{t('logistics_title')}</h1>
        <Choose label={t('logistics_by')} value={rowsBy} options={[['vehicles', t('logistics_vehicles')], ['sites', t('logistics_sites')]]} onChange={setRowsBy} />
        <Choose label={t('logistics_hours')} value={String(hours)} options={spans.map((span) => [String(span), t('logistics_hours_value', { n: number(lang, span) })])} onChange={(value) => setHours(Number(value))} />
        {board.problem !== null && (
          <p className="plans-problem" role="alert">
            {t('logistics_failed', { reason: problemWords(t, lang, board.problem) })}
          </p>
        )}
      </div>
      <div className="logistics-body">
        <div className="gantt-scroll" ref={ref} tabIndex={-1}>
          {board.waiting && <p className="quiet zone-pad">{t('value_waiting')}</p>}
          {!board.waiting && rows.length === 0 && <p className="quiet zone-pad">{t('logistics_none')}</p>}
          <div className="gantt-rows">
            <ul className="gantt-labels" style={{ width: LABEL_PX, paddingTop: HEAD }}>
              {rowsBy === 'vehicles'
                ? rows.map((row) => (
                    <li key={row.id} style={{ height: rowHeight(row) }}>
                      <strong>{vehicleName(row.id)}</strong>
                      {row.bars.length === 0 && <span className="quiet"> {t('logistics_idle')}</span>}
                    </li>
                  ))
                : slots.map((site) => (
                    <li key={site.site_id} style={{ height: PAD_ROW_PX }}>
                      <strong>{siteName(site.site_id)}</strong>
                      <span className="quiet"> {site.open ? number(lang, Number(site.pads)) : t('logistics_site_closed')}</span>
                    </li>
                  ))}
            </ul>
            {rowsBy === 'vehicles' ? (
              <GanttChart
                rows={rows}
                scale={scale}
                now_ms={now_ms}
                selected={barId}
                nameOf={barName}
                onPick={(picked) => {
                  setBarId(picked.id)
                  setOrderId(picked.order?.order_id ?? null)
                  setDropped(null)
                }}
                mayDrop={(moved, rowId) => (movable(moved.order, session.user.role) ? vehiclesFor(moved.order!, board.carriers).some(({ aircraft_id }) => aircraft_id === rowId) : null)}
                onDrop={(moved, rowId) => {
                  setBarId(moved.id)
                  setOrderId(moved.order!.order_id)
                  setDropped({ order_id: moved.order!.order_id, aircraft_id: rowId })
                }}
              />
            ) : (
              <PadChart sites={slots} scale={scale} now_ms={now_ms} nameOf={vehicleName} />
            )}
          </div>
        </div>
        <aside className="logistics-side" aria-label={t('panel_label')}>
          {bar === null && order === null && (
            <p className="quiet">
              {t('logistics_choose')} {t('logistics_drag_hint')}
            </p>
          )}
          {bar !== null && (
            <section>
              <h3>
                {vehicleName(bar.mission.aircraft_id)} · {missionWords(t, bar.state)}
              </h3>
              <p>
                {hourMinute(bar.from_ms)}–{hourMinute(bar.to_ms)} · {siteName(bar.mission.origin_site_id)} → {siteName(bar.mission.destination_site_id)}
              </p>
              <Energy wh={bar.mission.energy_wh} share={energyShare(bar.mission, board.carriers.find(({ aircraft_id }) => aircraft_id === bar.mission.aircraft_id)?.battery_wh)} />
              {bar.late_s !== null && <p className="logistics-late">△ {t('logistics_late', { time: t('logistics_minutes', { n: number(lang, Math.ceil(bar.late_s / 60)) }) })}</p>}
              {bar.mission.cause !== null && <p>{bar.mission.cause}</p>}
              <Button className="quiet-button" onPress={() => go('live', { plan: bar.mission.plan_id, centre: '1' })}>
                {t('parcel_open_flight')}
              </Button>
            </section>
          )}
          {order !== null && (
            <section>
              <h3>
                <ParcelMark state={order.state} /> {siteName(order.origin_site_id)} → {siteName(order.destination_site_id)}
              </h3>
              <p className="quiet mono">{order.order_id}</p>
              {order.cause != null && <p className="logistics-late">{lang === 'zh-CN' ? (order.cause.detail_zh ?? order.cause.detail) : order.cause.detail}</p>}
              <OrderActions key={`${order.order_id} ${order.version}`} order={order} role={session.user.role} onDone={board.reload} />
              {movable(order, session.user.role) && (
                <ReassignBox
                  key={order.order_id}
                  order={order}
                  vehicles={vehiclesFor(order, board.carriers)}
                  nameOf={vehicleName}
                  dropped={dropped?.order_id === order.order_id ? dropped.aircraft_id : null}
                  onDone={() => {
                    setDropped(null)
                    board.reload()
                  }}
                />
              )}
            </section>
          )}
          <OrderList title={t('logistics_troubled', { n: number(lang, troubled.length) })} orders={troubled} siteName={siteName} chosen={orderId} onPick={setOrderId} />
          <OrderList title={waiting.length === 0 ? t('logistics_waiting_none') : t('logistics_waiting', { n: number(lang, waiting.length) })} orders={waiting} siteName={siteName} chosen={orderId} onPick={setOrderId} />
        </aside>
      </div>
    </div>
  )
}

/** The width of an element, kept as it changes. */
function useWidth() {
  const ref = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(1_000)
  useEffect(() => {
    const element = ref.current
    if (element === null) return
    const watch = new ResizeObserver(() => setWidth(element.clientWidth))
    watch.observe(element)
    return () => watch.disconnect()
  }, [])
  return { ref, width }
}

function Energy({ wh, share }: { readonly wh: number | null; readonly share: number | null }) {
  const { t, lang } = useLook()
  if (wh === null) return <p className="quiet">{t('logistics_energy_unknown')}</p>
  return <p>{share === null ? t('logistics_energy_only', { wh: number(lang, wh) }) : t('logistics_energy', { wh: number(lang, wh), pct: number(lang, share * 100) })}</p>
}

function Choose<T extends string>({ label, value, options, onChange }: { readonly label: string; readonly value: T; readonly options: readonly (readonly [T, string])[]; readonly onChange: (value: T) => void }) {
  return (
    <ToggleButtonGroup
      aria-label={label}
      className="chips"
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        const next = options.find(([item]) => keys.has(item))
        if (next !== undefined) onChange(next[0])
      }}
    >
      {options.map(([item, words]) => (
        <ToggleButton key={item} id={item} className="quiet-button chip-button">
          {words}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  )
}

interface ListProps {
  readonly title: string
  readonly orders: readonly Order[]
  readonly siteName: (id: string) => string
  readonly chosen: string | null
  readonly onPick: (id: string) => void
}

function OrderList({ title, orders, siteName, chosen, onPick }: ListProps) {
  const { lang } = useLook()
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ul className="logistics-orders">
        {orders.slice(0, 60).map((order) => (
          <li key={order.order_id}>
            <Button className="zone-pick" aria-pressed={order.order_id === chosen} onPress={() => onPick(order.order_id)}>
              <ParcelMark state={order.state} /> {siteName(order.origin_site_id)} → {siteName(order.destination_site_id)}
              {order.cause != null && <span className="quiet block">{lang === 'zh-CN' ? (order.cause.detail_zh ?? order.cause.detail) : order.cause.detail}</span>}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
