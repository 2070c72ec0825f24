import { expect, test } from 'vitest'
import { csvOf, fileName } from '../src/charts/table'

test('a table becomes CSV that spreadsheets read, with unknown left empty and nothing taken for a formula', () => {
  const text = csvOf({ heads: ['时段', 'a,b'], rows: [['say "x"', 1.5], ['=SUM(A1)', null], ['-3 m', -3]] })
  expect(text).toBe('\ufeff时段,"a,b"\r\n"say ""x""",1.5\r\n\'=SUM(A1),\r\n\'-3 m,-3\r\n')
})

test('file names carry title and days and nothing a file system minds', () => {
  expect(fileName('Use of: corridors', '2026-03-01T16:00:00Z', '2026-03-02T16:00:00Z', 'csv')).toBe('Use-of-corridors_2026-03-01_2026-03-02.csv')
})
