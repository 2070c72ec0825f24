/** What a chart says as a table: read by the keyboard and by screen readers, and written as CSV. */

export interface ChartTable {
  readonly heads: readonly string[]
  readonly rows: readonly (readonly (string | number | null)[])[]
}

/** RFC 4180 with a byte-order mark, so that spreadsheets read Chinese; cells that begin like a formula are quoted as text. */
export function csvOf({ heads, rows }: ChartTable): string {
  const cell = (value: string | number | null): string => {
    if (value === null) return ''
    if (typeof value === 'number') return String(value)
    const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  return `\ufeff${[heads, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}

/** A file name of a title and a window, without characters that file systems mind. */
export const fileName = (title: string, from_at: string, to_at: string, ending: string): string =>
  `${[title, from_at.slice(0, 10), to_at.slice(0, 10)].join('_').replaceAll(/[\\/:*?"<>|\s]+/g, '-')}.${ending}`

export function download(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
