/** Search by anything: what is at hand at once; plans, orders, firms, aircraft and grid codes from the service a moment later. */

import { useEffect, useMemo, useState } from 'react'
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { getPlan, getPlans, request } from '../api/client'
import { getOrder, getOrders, type Order } from '../api/logistics'
import type { FlightPlan, Problem } from '../api/types'
import { useConsole } from '../app/consoleContext'
import { useFleet } from '../app/hooks'
import { useLook } from '../app/look'
import { places } from '../city/shenzhen'
import { find, gridQuery, idQuery, type Found } from '../search/find'
import { problemWords } from '../ui/problem'

interface Grid {
  readonly lat_deg: number
  readonly lon_deg: number
  readonly beidou?: { readonly code: string; readonly bbox: readonly [number, number, number, number] } | null
}

const SETTLE_MS = 250

export function SearchDialog({ isOpen, onOpenChange }: { readonly isOpen: boolean; readonly onOpenChange: (open: boolean) => void }) {
  const { t } = useLook()
  return (
    <ModalOverlay className="modal-overlay search-overlay" isOpen={isOpen} onOpenChange={onOpenChange} isDismissable>
      <Modal className="modal search-modal">
        <Dialog className="dialog search-dialog">
          {({ close }) => (
            <>
              <Heading slot="title" className="visually-hidden">
                {t('search_title')}
              </Heading>
              <Search onDone={close} />
            </>
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

function Search({ onDone }: { readonly onDone: () => void }) {
  const { session, feed, airspace, alerts, map, go, screen } = useConsole()
  const { t, lang } = useLook()
  const [query, setQuery] = useState('')
  const [plans, setPlans] = useState<readonly FlightPlan[]>([])
  const [orders, setOrders] = useState<readonly Order[]>([])
  const [grid, setGrid] = useState<Found | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [at, setAt] = useState(0)
  const drones = useMemo(() => [...feed.identities()].filter((item) => feed.slotOf(item.row) >= 0), [feed])

  const fleet = useFleet(true)
  const ordersToo = session.user.role !== 'supplier'

  useEffect(() => {
    let current = true
    void getPlans(['approved', 'activated', 'nonconforming', 'contingent', 'pending']).then((answer) => {
      if (current && answer.ok) setPlans((before) => [...before, ...answer.value.items])
    })
    if (ordersToo) {
      void getOrders().then((answer) => {
        if (current && answer.ok) setOrders((before) => [...before, ...answer.value.items])
      })
    }
    return () => {
      current = false
    }
  }, [ordersToo])
  // A whole id names what may have ended long ago.
  useEffect(() => {
    const kind = idQuery(query)
    const id = query.trim()
    if (kind === null || plans.some(({ plan_id }) => plan_id === id) || orders.some(({ order_id }) => order_id === id)) return
    let current = true
    const timer = setTimeout(() => {
      if (kind === 'plan') void getPlan(id).then((answer) => current && answer.ok && setPlans((before) => [...before, answer.value]))
      else if (ordersToo) void getOrder(id).then((answer) => current && answer.ok && setOrders((before) => [...before, answer.value]))
    }, SETTLE_MS)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [query, plans, orders, ordersToo])
  useEffect(() => {
    setGrid(null)
    setProblem(null)
    const kind = gridQuery(query)
    if (kind === null) return
    let current = true
    const timer = setTimeout(() => {
      void request<Grid>('GET', `/v1/airspace/grid?${new URLSearchParams({ [kind]: query.trim() })}`).then((answer) => {
        if (!current) return
        if (!answer.ok) return setProblem(answer.problem)
        const { lat_deg, lon_deg, beidou } = answer.value
        setGrid({ kind: 'grid', id: query.trim(), name: query.trim().toUpperCase(), detail: beidou?.code ?? '', at: { lat_deg, lon_deg }, box: kind === 'code' ? (beidou?.bbox ?? null) : null })
      })
    }, SETTLE_MS)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [query])

  const found = useMemo(() => {
    const hay = { drones, plans, orders, alerts: [...alerts.byId.values()].filter(({ status }) => status !== 'resolved'), aircraft: [...fleet.aircraft.values()], firms: [...fleet.operators.values()] }
    const local = find(query, { ...hay, zones: airspace.zones, sites: airspace.sites, corridors: airspace.corridors, places }, lang === 'zh-CN')
    return grid === null ? local : [grid, ...local]
  }, [query, drones, plans, orders, alerts.byId, fleet, airspace, grid, lang])
  const chosen = Math.min(at, found.length - 1)

  const open = (item: Found) => {
    onDone()
    if (item.kind === 'order') return go('logistics', { order: item.id })
    if (item.kind === 'aircraft') return go('fleet', { find: item.id })
    if (item.kind === 'firm') return go('live', { firm: item.id })
    if (item.kind === 'alert') return go('live', { alert: item.id })
    const param = item.kind === 'drone' ? 'track' : item.kind === 'plan' ? 'plan' : item.kind === 'site' || item.kind === 'zone' ? item.kind : null
    if (param !== null) return go('live', { [param]: item.id, centre: '1' })
    if (screen !== 'live') go('live')
    // After the screen's own effects, which leave the camera alone.
    requestAnimationFrame(() => (item.box !== null ? map?.showBox([...item.box]) : item.at !== null && map?.centreOn(item.at)))
  }
  return (
    <>
      <input
        className="search-field"
        role="combobox"
        aria-label={t('search_field')}
        aria-expanded={found.length > 0}
        aria-controls="search-found"
        aria-activedescendant={found.length > 0 ? `found-${chosen}` : undefined}
        placeholder={t('search_field')}
        autoFocus
        spellCheck={false}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value)
          setAt(0)
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setAt(Math.min(found.length - 1, chosen + 1))
          else if (event.key === 'ArrowUp') setAt(Math.max(0, chosen - 1))
          else if (event.key === 'Enter' && found[chosen] !== undefined) open(found[chosen])
          else return
          event.preventDefault()
        }}
      />
      <ul id="search-found" role="listbox" aria-label={t('search_title')} className="search-found">
        {found.map((item, index) => (
          <li key={`${item.kind} ${item.id}`} id={`found-${index}`} role="option" aria-selected={index === chosen} className="search-item" onClick={() => open(item)} onMouseEnter={() => setAt(index)}>
            <span className="search-kind">{t(`search_kind_${item.kind}`)}</span>
            <strong>{item.name}</strong>
            <span className="quiet">
              {item.detail}
              {item.state !== undefined && ` ${t(`plan_state_${item.state}`)}`}
            </span>
          </li>
        ))}
      </ul>
      <p role="status" className="quiet search-status">
        {problem !== null
          ? t('search_grid_failed', { reason: problemWords(t, lang, problem) })
          : query.trim() !== '' && found.length === 0
            ? t('search_none', { query: query.trim() })
            : t('search_help')}
      </p>
    </>
  )
}
