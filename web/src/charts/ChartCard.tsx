/** A chart with its title, its table, and its files. */

import { useRef, useState, type ReactNode } from 'react'
import { Button, ToggleButton } from 'react-aria-components'
import { useLook } from '../app/look'
import { Icon } from '../ui/icons'
import { pngOf } from './png'
import { csvOf, download, fileName, type ChartTable } from './table'
import './charts.css'

interface Props {
  readonly title: string
  readonly note?: string
  readonly table: ChartTable
  readonly from_at: string
  readonly to_at: string
  /** Nothing to draw where the table has no rows; absent: the table is the chart. */
  readonly children?: ReactNode
}

export function ChartCard({ title, note, table, from_at, to_at, children }: Props) {
  const { t } = useLook()
  const frame = useRef<HTMLDivElement>(null)
  const [asTable, setAsTable] = useState(children === undefined)
  const name = (ending: string) => fileName(title, from_at, to_at, ending)
  const picture = async () => {
    const svg = frame.current?.querySelector('svg.chart')
    if (!(svg instanceof SVGSVGElement)) return
    const blob = await pngOf(svg, title)
    if (blob !== null) download(name('png'), blob)
  }
  const empty = table.rows.length === 0
  return (
    <section className="chart-card" aria-label={title}>
      <div className="chart-head">
        <h2>{title}</h2>
        <div className="chart-tools">
          {children !== undefined && (
            <ToggleButton className="quiet-button" isSelected={asTable} onChange={setAsTable}>
              {t('chart_table')}
            </ToggleButton>
          )}
          <Button className="quiet-button" isDisabled={empty} aria-label={t('chart_csv_label', { title })} onPress={() => download(name('csv'), new Blob([csvOf(table)], { type: 'text/csv;charset=utf-8' }))}>
            <Icon name="download" /> CSV
          </Button>
          {children !== undefined && (
            <Button className="quiet-button" isDisabled={empty || asTable} aria-label={t('chart_png_label', { title })} onPress={() => void picture()}>
              <Icon name="download" /> PNG
            </Button>
          )}
        </div>
      </div>
      <div ref={frame} className="chart-frame">
        {empty ? <p className="quiet">{t('chart_nothing')}</p> : asTable ? <DataTable table={table} title={title} /> : children}
      </div>
      {note !== undefined && <p className="note">{note}</p>}
    </section>
  )
}

export function DataTable({ table, title }: { readonly table: ChartTable; readonly title: string }) {
  const { t } = useLook()
  return (
    <div className="chart-table" role="region" aria-label={title} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {table.heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, j) =>
                j === 0 ? (
                  <th key={j} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={j} data-unknown={cell === null}>
                    {cell ?? t('value_unknown')}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
