/**
 * Colours of the map, after air-traffic practice: the ground is grey and quiet, conforming traffic is neutral,
 * amber and red are kept for what needs attention, and every colour is doubled by a shape, a hatch or a letter. States stay
 * apart for every kind of colour vision: tests/palette.test.ts measures it.
 */

import type { Restriction } from '../api/types'
import type { StateName } from '../live/decode'

export type Theme = 'dark' | 'light'

export interface Palette {
  readonly dark: boolean
  readonly land: string
  readonly sea: string
  readonly coast: string
  readonly boundary: string
  readonly runway: string
  readonly runwayLine: string
  readonly apron: string
  readonly text: string
  readonly textQuiet: string
  readonly textWater: string
  readonly halo: string
  readonly corridor: string
  readonly corridorLine: string
  readonly site: string
  readonly plan: string
  readonly planDone: string
  readonly trail: string
  readonly accent: string
  readonly stale: string
  readonly labelText: string
  readonly labelBack: string
  readonly zone: Readonly<Record<Restriction, string>>
  readonly state: Readonly<Record<StateName, string>>
}

const dark: Palette = {
  dark: true,
  land: '#22292f',
  sea: '#14191d',
  coast: '#39434b',
  boundary: '#56616a',
  runway: '#4a545d',
  runwayLine: '#7c8892',
  apron: '#272e34',
  text: '#a3aeb8',
  textQuiet: '#76828c',
  textWater: '#5f7480',
  halo: '#181d21',
  corridor: '#41525c',
  corridorLine: '#566b76',
  site: '#93a1ac',
  plan: '#69c9d6',
  planDone: '#3f737c',
  trail: '#aeb9c2',
  accent: '#8fdfe9',
  stale: '#707a83',
  labelText: '#dfe5ea',
  labelBack: '#14181bd9',
  zone: {
    PROHIBITED: '#a8707a',
    REQ_AUTHORISATION: '#8a80ad',
    CONDITIONAL: '#6b938c',
    NO_RESTRICTION: '#77857a',
  },
  state: {
    conforming: '#dde4ea',
    nonconforming: '#ffb02e',
    contingent: '#ff5d55',
    lost: '#c58bff',
    unplanned: '#7fd4ff',
    unknown: '#adb5bb',
  },
}

const light: Palette = {
  dark: false,
  land: '#f1f2f1',
  sea: '#dbe1e4',
  coast: '#b4bec4',
  boundary: '#8d979e',
  runway: '#aab2b8',
  runwayLine: '#6d777f',
  apron: '#e3e6e7',
  text: '#4b565f',
  textQuiet: '#78838b',
  textWater: '#6e848f',
  halo: '#f7f8f8',
  corridor: '#c3cdd2',
  corridorLine: '#9fadb5',
  site: '#5d6a74',
  plan: '#00727f',
  planDone: '#85b4ba',
  trail: '#49545c',
  accent: '#006470',
  stale: '#78828a',
  labelText: '#1b2227',
  labelBack: '#fdfdfde6',
  zone: {
    PROHIBITED: '#9b4f5c',
    REQ_AUTHORISATION: '#675a97',
    CONDITIONAL: '#3f766d',
    NO_RESTRICTION: '#6c7a70',
  },
  state: {
    conforming: '#2b353c',
    nonconforming: '#b86a00',
    contingent: '#b3001b',
    lost: '#7b1fa2',
    unplanned: '#0a7fc2',
    unknown: '#5c676f',
  },
}

export const palettes: Readonly<Record<Theme, Palette>> = { dark, light }

/** `#rrggbb` as three numbers from 0 to 1. */
export function rgb(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1, 7), 16)
  return [((value >> 16) & 255) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255]
}
