/**
 * Every screen of the console, one line each, in the order of the rail.
 *
 * `layout: 'map'` leaves the city's map in view and lays the screen over its edges; `'page'` covers it. `letter` goes
 * there after G. A screen is a component without props: it reads what it needs from `useConsole()`.
 */

import { lazy, type ComponentType } from 'react'
import type { Role } from '../api/types'
import type { Key } from '../i18n/catalogue'
import type { IconName } from '../ui/icons'
import { LiveScreen } from './live/LiveScreen'

export interface Screen {
  readonly id: string
  readonly icon: IconName
  readonly title: Key
  readonly letter: string
  readonly roles: readonly Role[]
  readonly layout: 'map' | 'page'
  readonly View: ComponentType
}

const everybody: readonly Role[] = ['operator', 'dispatcher', 'regulator', 'supplier', 'admin']

export const screens: readonly Screen[] = [
  { id: 'live', icon: 'live', title: 'screen_live', letter: 'm', roles: everybody, layout: 'map', View: LiveScreen },
  { id: 'approvals', icon: 'approvals', title: 'screen_approvals', letter: 'a', roles: ['dispatcher', 'regulator', 'operator'], layout: 'map', View: lazy(() => import('./approvals/ApprovalsScreen')) },
  { id: 'filing', icon: 'plans', title: 'screen_filing', letter: 'p', roles: ['operator', 'dispatcher'], layout: 'map', View: lazy(() => import('./filing/FilingScreen')) },
  { id: 'airspace', icon: 'airspace', title: 'screen_airspace', letter: 'z', roles: ['dispatcher', 'regulator'], layout: 'map', View: lazy(() => import('./airspace/AirspaceScreen')) },
  { id: 'logistics', icon: 'gantt', title: 'screen_logistics', letter: 'b', roles: ['operator', 'dispatcher', 'regulator', 'admin'], layout: 'page', View: lazy(() => import('./logistics/LogisticsScreen')) },
  { id: 'network', icon: 'network', title: 'screen_network', letter: 'n', roles: ['operator', 'dispatcher', 'regulator', 'admin'], layout: 'map', View: lazy(() => import('./network/NetworkScreen')) },
  { id: 'inspection', icon: 'camera', title: 'screen_inspection', letter: 'v', roles: ['operator', 'dispatcher', 'regulator', 'admin'], layout: 'map', View: lazy(() => import('./inspection/InspectionScreen')) },
  { id: 'weather', icon: 'weather', title: 'screen_weather', letter: 't', roles: ['operator', 'dispatcher', 'regulator', 'admin'], layout: 'map', View: lazy(() => import('./weather/WeatherScreen')) },
  { id: 'replay', icon: 'replay', title: 'screen_replay', letter: 'r', roles: ['operator', 'dispatcher', 'regulator', 'admin'], layout: 'page', View: lazy(() => import('./replay/ReplayScreen')) },
  { id: 'indicators', icon: 'chart', title: 'screen_indicators', letter: 'i', roles: ['operator', 'dispatcher', 'regulator', 'admin'], layout: 'page', View: lazy(() => import('./indicators/IndicatorsScreen')) },
  { id: 'fleet', icon: 'fleet', title: 'screen_fleet', letter: 'f', roles: ['operator', 'dispatcher', 'regulator', 'admin'], layout: 'page', View: lazy(() => import('./fleet/FleetScreen')) },
  { id: 'wall', icon: 'wall', title: 'screen_wall', letter: 'w', roles: ['dispatcher', 'regulator', 'admin'], layout: 'map', View: lazy(() => import('./wall/WallScreen')) },
  { id: 'sectors', icon: 'sectors', title: 'screen_sectors', letter: 's', roles: ['dispatcher', 'regulator', 'admin'], layout: 'map', View: lazy(() => import('./sectors/SectorsScreen')) },
  { id: 'checklists', icon: 'check', title: 'screen_checklists', letter: 'd', roles: ['dispatcher', 'regulator', 'admin'], layout: 'page', View: lazy(() => import('./checklists/ChecklistsScreen')) },
  { id: 'admin', icon: 'admin', title: 'screen_admin', letter: 'o', roles: ['dispatcher', 'regulator', 'admin'], layout: 'page', View: lazy(() => import('./admin/AdminScreen')) },
  { id: 'handover', icon: 'handover', title: 'screen_handover', letter: 'h', roles: ['dispatcher', 'regulator', 'admin'], layout: 'page', View: lazy(() => import('./handover/HandoverScreen')) },
]

export const home: Screen = screens[0]!

/** The screen of an id in the address; home where there is none. */
export const screenOf = (id: string | null): Screen => screens.find((screen) => screen.id === id) ?? home

export const screensFor = (role: Role): readonly Screen[] => screens.filter((screen) => screen.roles.includes(role))
