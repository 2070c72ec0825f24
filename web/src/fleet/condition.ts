/** What of a vehicle or battery needs somebody's attention, so that the worst stand first. */

import type { Battery, VehicleState } from '../api/fleetState'

export const LOSSY_PCT = 5
export const LOW_BATTERY_PCT = 25
const SOON_S = 5 * 3600
const WORN_SHARE = 0.9

/** 0 where nothing is wrong; a link lost in flight is worst, then energy, then loss, then service. */
export function vehicleRank(vehicle: VehicleState): number {
  const flies = vehicle.plan_id !== null || vehicle.landed === false
  if (vehicle.link_up === false && flies) return 5
  if (flies && vehicle.battery_pct !== null && vehicle.battery_pct < LOW_BATTERY_PCT) return 4
  if (vehicle.loss_pct !== null && vehicle.loss_pct >= LOSSY_PCT && vehicle.link_up === true) return 3
  if (vehicle.maintenance_due === true) return 2
  return serviceSoon(vehicle) ? 1 : 0
}

export function serviceLeftS(vehicle: VehicleState): number | null {
  return vehicle.flown_s === null || vehicle.maintenance_after_s === null ? null : Math.max(0, vehicle.maintenance_after_s - vehicle.flown_s)
}

export function serviceSoon(vehicle: VehicleState): boolean {
  const left_s = serviceLeftS(vehicle)
  return left_s !== null && left_s < SOON_S
}

export const worn = (battery: Battery): boolean => battery.cycles_max > 0 && battery.cycles >= battery.cycles_max * WORN_SHARE

/** Vehicles that hold every word of a filter in what is written of them, the worst first, then by registration. */
export function shownVehicles(vehicles: readonly VehicleState[], words: string, attention: boolean, textOf: (vehicle: VehicleState) => string): readonly VehicleState[] {
  const wanted = words.toLowerCase().split(/\s+/).filter((word) => word !== '')
  return vehicles
    .filter((vehicle) => !attention || vehicleRank(vehicle) > 0)
    .filter((vehicle) => {
      const text = textOf(vehicle).toLowerCase()
      return wanted.every((word) => text.includes(word))
    })
    .sort((a, b) => vehicleRank(b) - vehicleRank(a) || a.registration.localeCompare(b.registration))
}
