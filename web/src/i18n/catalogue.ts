/**
 * Every sentence the console shows, in both languages: one file of `areas/` for each part of the console.
 *
 * `{name}` is replaced by a value that is already formatted. A text that depends on a number has two forms,
 * chosen by the plural rules of the language from the parameter `n`. Sentences are whole: nothing is glued.
 * A key belongs to one area only; a test holds that.
 */

import { account } from './areas/account'
import { admin } from './areas/admin'
import { airspace } from './areas/airspace'
import { alerts } from './areas/alerts'
import { approvals } from './areas/approvals'
import { commands } from './areas/commands'
import { degraded } from './areas/degraded'
import { faults } from './areas/faults'
import { fields } from './areas/fields'
import { filing } from './areas/filing'
import { fleet } from './areas/fleet'
import { flight } from './areas/flight'
import { handover } from './areas/handover'
import { indicators } from './areas/indicators'
import { inspection } from './areas/inspection'
import { logistics } from './areas/logistics'
import { map } from './areas/map'
import { network } from './areas/network'
import { orders } from './areas/orders'
import { panels } from './areas/panels'
import { plans } from './areas/plans'
import { policy } from './areas/policy'
import { reach } from './areas/reach'
import { replay } from './areas/replay'
import { screens } from './areas/screens'
import { search } from './areas/search'
import { sectors } from './areas/sectors'
import { shell } from './areas/shell'
import { weather } from './areas/weather'
import type { Entry } from './entry'

export type { Entry, Text } from './entry'

export const areas = { account, admin, airspace, alerts, approvals, commands, degraded, faults, fields, filing, fleet, flight, handover, indicators, inspection, logistics, map, network, orders, panels, plans, policy, reach, replay, screens, search, sectors, shell, weather } as const

export const catalogue = {
  ...account,
  ...admin,
  ...airspace,
  ...alerts,
  ...approvals,
  ...commands,
  ...degraded,
  ...faults,
  ...fields,
  ...filing,
  ...fleet,
  ...flight,
  ...handover,
  ...indicators,
  ...inspection,
  ...logistics,
  ...map,
  ...network,
  ...orders,
  ...panels,
  ...plans,
  ...policy,
  ...reach,
  ...replay,
  ...screens,
  ...search,
  ...sectors,
  ...shell,
  ...weather,
} as const satisfies Record<string, Entry>

export type Key = keyof typeof catalogue
