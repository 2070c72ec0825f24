/** How deliveries fare: firms side by side, why they are late, how vehicles, pads and corridors are used, what one costs. */

import { useEffect, useState } from 'react'
import { getDeliveries, type DeliveryIndicators } from '../../api/statistics'
import type { Problem } from '../../api/types'
import { useConsole } from '../../app/consoleContext'
import { useFleet } from '../../app/hooks'
import { useLook } from '../../app/look'
import { ChartCard } from '../../charts/ChartCard'
import { RankChart } from '../../charts/RankChart'
import { localName } from '../../i18n/format'
import { keyFor } from '../../i18n/translate'
import { problemWords } from '../../ui/problem'

const pct = (share: number | null): number | null => (share === null ? null : Math.round(share * 1000) / 10)
const price = (written: string): number | null => (written.trim() === '' || !(Number(written) >= 0) ? null : Number(written))

export function DeliveryCharts({ from_ms, to_ms }: { readonly from_ms: number; readonly to_ms: number }) {
  const { t, lang } = useLook()
  const { airspace } = useConsole()
  const fleet = useFleet(true)
  const [found, setFound] = useState<DeliveryIndicators | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [hour, setHour] = useState('')
  const [kwh, setKwh] = useState('')
  useEffect(() => {
    let current = true
    void getDeliveries(from_ms, to_ms, { flight_hour: price(hour), kwh: price(kwh) }).then((answer) => {
      if (!current) return
      if (answer.ok) setFound(answer.value)
      setProblem(answer.ok ? null : answer.problem)
    })
    return () => {
      current = false
    }
  }, [from_ms, to_ms, hour, kwh])
  const failure = problem === null ? null : <p className="aged">{t('indicators_failed', { reason: problemWords(t, lang, problem) })}</p>
  if (found === null) return failure
  const span = { from_at: found.from_at, to_at: found.to_at }
  const firm = (id: string | null) => {
    const known = id === null ? undefined : fleet.operators.get(id)
    return id === null ? t('deliveries_all') : known === undefined ? id : localName(lang, known)
  }
  const site = (id: string) => {
    const known = airspace.sites.find(({ properties }) => properties.site_id === id)
    return known === undefined ? id : localName(lang, known.properties)
  }
  const cause = (code: string) => {
    const key = keyFor('delay_', code)
    return key === null ? code : t(key)
  }
  const ranked = (counts: Readonly<Record<string, number>>) => Object.entries(counts).sort((a, b) => b[1] - a[1])
  const late = ranked(found.totals.late_causes)
  const otherwise = ranked(found.totals.causes)
  const priced = price(hour) !== null || price(kwh) !== null
  const rows = [...found.items, found.totals]
  return (
    <section aria-label={t('deliveries_title')}>
      <h2 className="deliveries-head">{t('deliveries_title')}</h2>
      <div className="deliveries-prices">
        <label>
          <span className="quiet">{t('deliveries_hour_cost')}</span>
          <input type="number" min="0" step="any" value={hour} onChange={(event) => setHour(event.target.value)} />
        </label>
        <label>
          <span className="quiet">{t('deliveries_kwh_cost')}</span>
          <input type="number" min="0" step="any" value={kwh} onChange={(event) => setKwh(event.target.value)} />
        </label>
      </div>
      {failure}
      <div className="charts">
        <ChartCard
          {...span}
          title={t('deliveries_firms')}
          table={{
            heads: [t('chart_firm'), t('deliveries_delivered'), t('deliveries_failed'), t('deliveries_open'), t('deliveries_on_time'), t('deliveries_promises'), t('deliveries_energy'), ...(priced ? [t('deliveries_cost')] : [])],
            rows: rows.map((item) => [firm(item.organisation_id), item.delivered, item.failed, item.open, pct(item.on_time_share), pct(item.promises_kept_share), item.energy_wh_per_km, ...(priced ? [item.cost_per_delivery] : [])]),
          }}
        />
        <ChartCard {...span} title={t('deliveries_late')} table={{ heads: [t('chart_cause'), t('chart_count')], rows: late.map(([code, n]) => [cause(code), n]) }}>
          <RankChart label={t('deliveries_late')} items={late.map(([code, n]) => ({ name: cause(code), value: n }))} />
        </ChartCard>
        <ChartCard {...span} title={t('deliveries_causes')} table={{ heads: [t('chart_cause'), t('chart_count')], rows: otherwise.map(([code, n]) => [cause(code), n]) }}>
          <RankChart label={t('deliveries_causes')} items={otherwise.map(([code, n]) => ({ name: cause(code), value: n }))} />
        </ChartCard>
        <ChartCard {...span} title={t('deliveries_vehicles')} table={{ heads: [t('chart_firm'), t('deliveries_carriers'), t('deliveries_use')], rows: found.items.map((item) => [firm(item.organisation_id), item.carriers, pct(item.carrier_use_share)]) }}>
          <RankChart label={t('deliveries_vehicles')} items={found.items.flatMap((item) => (item.carrier_use_share === null ? [] : [{ name: firm(item.organisation_id), value: pct(item.carrier_use_share)! }]))} />
        </ChartCard>
        <ChartCard
          {...span}
          title={t('deliveries_pads')}
          table={{ heads: [t('fleet_site'), t('deliveries_movements'), t('fleet_pads'), t('deliveries_use')], rows: found.sites.map((item) => [site(item.site_id), item.movements, item.pads, pct(item.pad_use_share)]) }}
        >
          <RankChart label={t('deliveries_pads')} items={found.sites.map((item) => ({ name: site(item.site_id), value: item.movements }))} />
        </ChartCard>
        <ChartCard {...span} title={t('deliveries_corridors')} table={{ heads: [t('chart_corridor'), t('chart_count'), t('chart_km')], rows: found.corridors.map((item) => [localName(lang, item), item.flights, item.flown_km]) }}>
          <RankChart label={t('deliveries_corridors')} items={found.corridors.map((item) => ({ name: localName(lang, item), value: item.flights }))} />
        </ChartCard>
      </div>
    </section>
  )
}
