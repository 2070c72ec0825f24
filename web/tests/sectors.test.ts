import { describe, expect, it } from 'vitest'
import type { SectorBoard } from '../src/api/sectors'
import { staffDiffers, withNews } from '../src/app/useSectors'
import { translator } from '../src/i18n/translate'
import { bandOf } from '../src/screens/sectors/sectorShapes'
import type { SectorItem } from '../src/live/schema.gen'

const position = { position_id: 'p', name: 'West', name_zh: '西', supervises: false, people: [{ name: 'A', since_at: '2026-11-23T03:00:00Z' }], sector_ids: [], flights: 1, alerts: 0, alerts_waiting: 0, offered_to: 0, offered_by: 0 }
const board: SectorBoard = { version: 2, in_use: true, position_id: 'p', supervises: true, positions: [position], outside_sectors: 0, unwatched: { flights: 0, items: [] }, transfers: [], alert_owners: [], held: [] }
const { position_id: _own, supervises: _supervises, ...common } = board
const told: SectorItem = { ...common, division_id: 'city', moved: ['t'] } as unknown as SectorItem

describe('what the feed tells of the division', () => {
  it('changes what everybody sees and leaves what is one’s own', () => {
    const next = withNews(board, { ...told, outside_sectors: 7 })
    expect(next).toEqual({ ...board, outside_sectors: 7 })
  })
  it('asks for the own board again when people or the division are others', () => {
    expect(staffDiffers(board, told)).toBe(false)
    expect(staffDiffers(board, { ...told, version: 3 })).toBe(true)
    expect(staffDiffers(board, { ...told, positions: [{ ...position, people: [] }] } as unknown as SectorItem)).toBe(true)
    expect(staffDiffers(board, { ...told, positions: [{ ...position, flights: 9 }] } as unknown as SectorItem)).toBe(false)
  })
})

describe('the band of a sector', () => {
  it('always names its datum, and says nothing where every height is in it', () => {
    const t = translator('en')
    const band = (lower_m: number | null, upper_m: number | null) => bandOf({ name: 's', position_id: 'p', lower_m, upper_m, datum: 'AMSL' }, t, 'en')
    expect([band(null, null), band(null, 60), band(60, null), band(60, 120)]).toEqual(['', 'below 60 m AMSL', 'from 60 m AMSL', '60–120 m AMSL'])
  })
})
