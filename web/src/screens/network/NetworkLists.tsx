/** The sites and the corridors there are, with what matters of each; corridors in the fields a regulator reads. */

import { useMemo } from 'react'
import { Button } from 'react-aria-components'
import type { NetworkCorridor, NetworkSite } from '../../api/network'
import { useConsole } from '../../app/consoleContext'
import { useLook } from '../../app/look'
import { useParam } from '../../app/useParam'
import { localName, number } from '../../i18n/format'
import { keyFor } from '../../i18n/translate'

interface Props<T> {
  readonly edits: boolean
  readonly onNew: () => void
  readonly onEdit: (item: T) => void
}

const holds = (words: string, ...texts: readonly (string | null | undefined)[]) => texts.some((text) => text?.toLowerCase().includes(words.trim().toLowerCase()) === true)

export function SiteList({ sites, edits, onNew, onEdit }: Props<NetworkSite> & { readonly sites: readonly NetworkSite[] }) {
  const { t, lang } = useLook()
  const { now_ms } = useConsole()
  const [words, setWords] = useParam('find')
  const shown = useMemo(
    () => sites.filter(({ properties: item }) => holds(words, item.name, item.name_zh, item.site_id, item.kind)).sort((a, b) => localName(lang, a.properties).localeCompare(localName(lang, b.properties), lang)),
    [sites, words, lang],
  )
  const kindName = (kind: string | null | undefined) => {
    const key = keyFor('site_kind_', kind ?? null)
    return key === null ? (kind ?? '') : t(key)
  }
  return (
    <Listed label={t('network_sites')} words={words} onWords={setWords} edits={edits} add={t('network_new_site')} onNew={onNew} locked={t('network_site_locked')}>
      {shown.map((site) => {
        const item = site.properties
        const shut = item.open === false ? t('network_closed_for_good') : closedNow(site, now_ms) ? t('network_closed_now') : null
        return (
          <li key={item.site_id}>
            <Row name={localName(lang, item)} edits={edits} onEdit={() => onEdit(site)} />
            <span className="quiet">
              {kindName(item.kind)} · {t('network_pads_n', { n: number(lang, item.pads ?? 1) })}
              {(item.opening_hours ?? []).length > 0 && <> · {t('network_has_hours')}</>}
              {(item.battery_swap_s ?? null) !== null && <> · {t('network_has_swap')}</>}
              {(item.charging_w ?? null) !== null && <> · {t('network_has_charging', { n: number(lang, item.charging_w!) })}</>}
              {((item.approach_deg ?? []).length > 0 || (item.departure_deg ?? []).length > 0) && <> · {t('network_has_directions')}</>}
            </span>
            {shut !== null && <strong className="network-bad">{shut}</strong>}
          </li>
        )
      })}
    </Listed>
  )
}

/** Whether a dated closure holds now; weekly ones are told by the slots of the site. */
const closedNow = ({ properties }: NetworkSite, now_ms: number): boolean =>
  (properties.closures ?? []).some(({ starts_at, ends_at, weekly }) => (weekly ?? []).length === 0 && starts_at != null && ends_at != null && Date.parse(starts_at) <= now_ms && now_ms <= Date.parse(ends_at))

export function CorridorList({ corridors, edits, onNew, onEdit }: Props<NetworkCorridor> & { readonly corridors: readonly NetworkCorridor[] }) {
  const { t, lang } = useLook()
  const [words, setWords] = useParam('find')
  const shown = useMemo(() => corridors.filter(({ properties: item }) => holds(words, item.name, item.name_zh, item.corridor_id, item.layer)), [corridors, words])
  return (
    <Listed label={t('network_corridors')} words={words} onWords={setWords} edits={edits} add={t('network_new_corridor')} onNew={onNew} locked={t('network_corridor_locked')}>
      {shown.map((corridor) => {
        const item = corridor.properties
        return (
          <li key={item.corridor_id}>
            <Row name={localName(lang, item)} edits={edits} onEdit={() => onEdit(corridor)} />
            <dl className="network-fields">
              {(
                [
                  ['network_field_width', t('unit_m', { n: number(lang, item.width_m) })],
                  ['network_field_heights', `${number(lang, item.lower_m)}–${number(lang, item.upper_m)} m ${item.datum}`],
                  ['network_field_points', number(lang, corridor.geometry.coordinates.length)],
                  ['network_direction', t(item.direction === 'both' ? 'network_direction_both' : 'network_direction_forward')],
                  ['network_layer', item.layer ?? '—'],
                  ['network_capacity', item.capacity == null ? '—' : number(lang, item.capacity)],
                  ['network_speed', item.speed_mps == null ? '—' : number(lang, item.speed_mps)],
                ] as const
              ).map(([key, value]) => (
                <div key={key}>
                  <dt>{t(key)}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
          </li>
        )
      })}
    </Listed>
  )
}

function Row({ name, edits, onEdit }: { readonly name: string; readonly edits: boolean; readonly onEdit: () => void }) {
  const { t } = useLook()
  return edits ? (
    <Button className="link-button" aria-label={t('network_edit', { name })} onPress={onEdit}>
      {name}
    </Button>
  ) : (
    <strong>{name}</strong>
  )
}

function Listed({ label, words, onWords, edits, add, onNew, locked, children }: {
  readonly label: string
  readonly words: string
  readonly onWords: (words: string) => void
  readonly edits: boolean
  readonly add: string
  readonly onNew: () => void
  readonly locked: string
  readonly children: React.ReactNode
}) {
  const { t } = useLook()
  return (
    <section className="zone-edit" aria-label={label}>
      {edits ? (
        <Button className="quiet-button" onPress={onNew}>
          {add}
        </Button>
      ) : (
        <p className="quiet">{locked}</p>
      )}
      <input type="search" className="zone-find" aria-label={t('network_find')} placeholder={t('network_find')} value={words} onChange={(event) => onWords(event.target.value)} />
      <ul className="network-list">{children}</ul>
    </section>
  )
}
