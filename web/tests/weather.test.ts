import { expect, test } from 'vitest'
import { forecastFormat } from '../src/api/weather'
import { extremesOf } from '../src/screens/weather/extremes'

test('the worst of the cells counts, and what nobody knows is left out', () => {
  const cell = { h3: '87', wind_mps: 3, gust_mps: null, rain_mm_h: 0, visibility_m: 9000 }
  expect(extremesOf([cell, { ...cell, wind_mps: 7, visibility_m: 1200 }, { ...cell, wind_mps: null }])).toEqual({
    wind_mps: 7,
    gust_mps: null,
    rain_mm_h: 0,
    visibility_m: 1200,
  })
  expect(extremesOf([]).visibility_m).toBeNull()
})

test('a file is read as what its name says', () => {
  expect(['a.grib2', 'b.GRB', 'c.json', 'd.csv', 'e'].map(forecastFormat)).toEqual(['grib', 'grib', 'json', 'csv', 'csv'])
})
