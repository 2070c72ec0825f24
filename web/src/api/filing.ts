/** A plan judged without filing it, and filed. */

import type { PlanBody } from '../filing/planDraft'
import { request } from './client'
import type { FlightPlan } from './types'

export const checkPlan = (body: PlanBody) => request<FlightPlan>('POST', '/v1/flight-plans/check', body)
export const filePlan = (body: PlanBody) => request<FlightPlan>('POST', '/v1/flight-plans', body)
