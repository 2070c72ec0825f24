/** The orders board at the lower edge: indicators, every order with its promise, and a firm's way to a new one. */

import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { Indicators, Order } from '../api/logistics'
import type { Role, Site } from '../api/types'
import type { Fleet } from '../app/hooks'
import { useLook } from '../app/look'
import type { ParcelList } from '../app/useParcels'
import { beijingDay, instant, localName, number, quantity } from '../i18n/format'
import { Icon } from '../ui/icons'
import { ParcelMark } from '../ui/ParcelMark'
import { problemWords } from '../ui/problem'
import { Time } from './Drawer'
import { OrderForm } from './OrderForm'
import { LatenessWords, said } from './OrderTimes'

interface Props {
  readonly list: ParcelList
  readonly fleet: Fleet
  readonly sites: readonly Site[]
  readonly role: Role
  readonly selected: string | null
  readonly drawer: boolean
  readonly now_ms: number
  readonly onPick: (orderId: string) => void
  readonly onCreated: (order: Order) => void
  readonly onMore: () => void
  readonly onClose: () => void
}

export function OrdersPanel({ list, fleet, sites, role, selected, drawer, now_ms, onPick, onCreated, onMore, onClose }: Props) {
  const { t, lang } = useLook()
  const [asking, setAsking] = useState(false)
  const { orders, waiting, problem, more, indicators } = list
  const siteName = (id: string): string => {
    const site = sites.find(({ properties }) => properties.site_id === id)
    return site === undefined ? id : localName(lang, site.properties)
  }
  return (
    <section className="plans" aria-label={t('parcels_title')} data-drawer={drawer}>
      <div className="plans-head">
        <h2>{t('parcels_title')}</h2>
        {role === 'operator' && !asking && (
          <Button className="quiet-button" onPress={() => setAsking(true)}>
            <Icon name="plus" /> {t('parcel_new')}
          </Button>
        )}
        <p className="quiet plans-count" role="status">
          {waiting ? t('value_waiting') : t(more ? 'parcels_count_more' : 'parcels_count', { n: number(lang, orders.length) })}
        </p>
        <Button className="icon-button" aria-label={t('parcels_close')} onPress={onClose}>
          <Icon name="close" />
        </Button>
      </div>
      {indicators !== null && <IndicatorRow of={indicators} />}
      {problem !== null && (
        <p className="plans-problem" role="alert">
          {t('parcels_failed', { reason: problemWords(t, lang, problem) })}
        </p>
      )}
      <div className="plans-scroll" tabIndex={-1}>
        {asking && (
          <OrderForm
            sites={sites}
            onClose={() => setAsking(false)}
            onCreated={(order) => {
              setAsking(false)
              onCreated(order)
            }}
          />
        )}
        <table>
          <thead>
            <tr>
              <th scope="col">{t('parcel_state')}</th>
              <th scope="col">{t('parcel_way')}</th>
              <th scope="col">{t('parcel_class')}</th>
              <th scope="col">{t('parcel_promise')}</th>
              <th scope="col">{t('parcel_expected')}</th>
              <th scope="col">{t('parcel_lateness')}</th>
              <th scope="col">{t('parcel_cause')}</th>
              {role !== 'operator' && <th scope="col">{t('field_operator')}</th>}
            </tr>
          </thead>
          <tbody>
            {orders.map((order) => {
              const chosen = order.order_id === selected
              const firm = fleet.operators.get(order.organisation_id)
              return (
                <tr key={order.order_id} data-selected={chosen} onClick={() => onPick(order.order_id)}>
                  <td>
                    <Button className="plans-pick" aria-pressed={chosen} onPress={() => onPick(order.order_id)}>
                      <ParcelMark state={order.state} />
                    </Button>
                  </td>
                  <td>{t('parcel_way_value', { from: siteName(order.origin_site_id), to: siteName(order.destination_site_id) })}</td>
                  <td>{t(`parcel_class_${order.priority_class}`)}</td>
                  <Instant text={order.promise?.deliver_at} now_ms={now_ms} />
                  <Instant text={order.delivered_at ?? order.expected_at} now_ms={now_ms} />
                  <td>
                    <LatenessWords order={order} now_ms={now_ms} />
                  </td>
                  <td className="parcel-cause">{order.cause == null ? <span className="quiet">{t('value_none')}</span> : said(lang, order.cause)}</td>
                  {role !== 'operator' && <td>{firm === undefined ? order.organisation_id : localName(lang, firm)}</td>}
                </tr>
              )
            })}
          </tbody>
        </table>
        {orders.length === 0 && !waiting && problem === null && <p className="quiet plans-none">{t('parcels_none')}</p>}
        {more && (
          <Button className="quiet-button plans-more" onPress={onMore}>
            {t('parcels_more')}
          </Button>
        )}
      </div>
    </section>
  )
}

/** Today's instants without the day. */
function Instant({ text, now_ms }: { readonly text: string | null | undefined; readonly now_ms: number }) {
  const { t } = useLook()
  const at = instant(text)
  return <td data-unknown={at === null}>{at === null ? t('value_unknown') : <Time at={at} day={beijingDay(at) !== beijingDay(now_ms)} />}</td>
}

/** How deliveries of the last day fare; what cannot be said yet is unknown. */
function IndicatorRow({ of }: { readonly of: Indicators }) {
  const { t, lang } = useLook()
  const share = (value: number | null) => quantity(t, lang, 'unit_pct', value === null ? null : value * 100)
  const shown = [
    ['parcels_open', number(lang, of.open)],
    ['parcels_delivered', number(lang, of.delivered)],
    ['parcels_not_delivered', number(lang, of.failed)],
    ['parcels_kept', share(of.promises_kept_share)],
    ['parcels_on_time', share(of.on_time_share)],
    ['parcels_wait', quantity(t, lang, 'unit_min', of.mean_wait_s === null ? null : of.mean_wait_s / 60, 1)],
    ['parcels_energy', quantity(t, lang, 'unit_wh_per_km', of.energy_wh_per_km, 1)],
    ['parcels_use', share(of.carrier_use_share)],
  ] as const
  return (
    <dl className="indicators" aria-label={t('parcels_indicators')}>
      {/* An order that is fetched tomorrow stands in the list below, and in none of these figures. */}
      <div>
        <dt>{t('parcels_window')}</dt>
        <dd>{t('parcels_window_day')}</dd>
      </div>
      {shown.map(([key, value]) => (
        <div key={key}>
          <dt>{t(key)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
