/** Who is offered orders; the service judges each of them again. */

import type { Role, SessionUser } from '../api/types'

/** Dispatchers command every vehicle, a firm its own. `firm` is null where it is not known whose vehicle it is. */
export function mayCommand(role: Role, organisation: SessionUser['organisation'], firm: string | null): boolean {
  if (role === 'dispatcher') return true
  if (role !== 'operator' || organisation == null || typeof organisation === 'string') return false
  return firm !== null && organisation.organisation_id === firm
}
