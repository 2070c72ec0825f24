/** States of an order as shapes, so that they are told apart without colour. */

import type { OrderState } from '../api/logistics'
import { useLook } from '../app/look'
import { keyFor } from '../i18n/translate'

const shapes: Readonly<Record<OrderState, React.ReactNode>> = {
  created: <circle cx="10" cy="10" r="7" strokeDasharray="3 2.500" />,
  assigned: <path d="M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 6v4.300l3 1.700" />,
  flying: <path d="M3.500 16.500 10 3l6.500 13.500L10 13z" />,
  delivered: <path d="M10 2.500a7.500 7.500 0 1 0 0 15 7.500 7.500 0 0 0 0-15zM6.300 10.200l2.700 2.700 4.800-5.400" />,
  failed: <path d="M3.500 3.500h13v13h-13zM7 7l6 6M13 7l-6 6" />,
  returned: <path d="M7.500 4 3.500 8l4 4M3.500 8h8a4 4 0 0 1 0 8H8" />,
  cancelled: <path d="M10 2.500a7.500 7.500 0 1 0 0 15 7.500 7.500 0 0 0 0-15zM4.700 15.300 15.300 4.700" />,
}

/** The state's shape and word. */
export function ParcelMark({ state }: { readonly state: OrderState }) {
  const { t } = useLook()
  const key = keyFor('parcel_state_', state)
  return (
    <span className={`parcel-state parcel-${state}`}>
      <svg className="icon" viewBox="0 0 20 20" aria-hidden="true">
        {shapes[state] ?? null}
      </svg>
      {key === null ? state : t(key)}
    </span>
  )
}
