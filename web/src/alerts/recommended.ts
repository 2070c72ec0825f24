/** The one action recommended for an alert, as something a button can do. Pure. */

import type { CommandType } from '../api/commands'
import type { Alert } from '../api/types'

/** Asks about an order (a press gives none), opens what decides, shows whom to call, or shows the place. */
export type Act =
  | { readonly what: 'order'; readonly type: CommandType }
  | { readonly what: 'orders' | 'contingencies' | 'contact' | 'show' }

/** By the service's own code of what it recommends (utm/alert_rules.py). */
const acts: Readonly<Record<string, Act>> = {
  resolve_conflict: { what: 'order', type: 'hold' },
  keep_out_of_zone: { what: 'order', type: 'hold' },
  return_to_plan: { what: 'order', type: 'resume' },
  land_soon: { what: 'order', type: 'rtl' },
  choose_action: { what: 'orders' },
  clear_airspace: { what: 'contingencies' },
  decide_contingency: { what: 'contingencies' },
  call_operator: { what: 'contact' },
  ask_operator: { what: 'contact' },
  await_link: { what: 'contact' },
  verify_position: { what: 'contact' },
  distrust_position: { what: 'contact' },
  file_or_land: { what: 'contact' },
  find_or_end: { what: 'contact' },
  identify: { what: 'show' },
  restore_surveillance: { what: 'show' },
}

export const knownActions = Object.keys(acts)

/** What to offer to somebody who may (`commands`) or may not order this vehicle; looking at it where nothing better is known. */
export function recommended(alert: Pick<Alert, 'action' | 'aircraft_id' | 'plan_id'>, commands: boolean): Act {
  const act = acts[alert.action ?? ''] ?? { what: 'show' }
  const orders = act.what === 'order' || act.what === 'orders'
  if (orders && (!commands || alert.aircraft_id == null)) return { what: alert.aircraft_id == null && alert.plan_id == null ? 'show' : 'contact' }
  if (act.what === 'contact' && alert.aircraft_id == null && alert.plan_id == null) return { what: 'show' }
  return act
}
