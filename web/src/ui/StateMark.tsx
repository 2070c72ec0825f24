/** The symbols of the map as small pictures for lists, counters and the legend: the same shapes as the shader draws. */

import type { StateName } from '../live/decode'

const ARROW = 'M10 3.700 14.500 15.300 10 12.700 5.500 15.300z'

const shapes: Readonly<Record<StateName | 'stale', React.ReactNode>> = {
  conforming: <path d={ARROW} fill="currentColor" />,
  stale: <path d={ARROW} fill="currentColor" />,
  nonconforming: (
    <>
      <path d={ARROW} fill="currentColor" />
      <circle cx="10" cy="10" r="8.600" fill="none" stroke="currentColor" strokeWidth="1.300" />
    </>
  ),
  contingent: (
    <>
      <path d={ARROW} fill="currentColor" />
      <rect x="1.800" y="1.800" width="16.400" height="16.400" fill="none" stroke="currentColor" strokeWidth="1.600" />
    </>
  ),
  lost: (
    <>
      <path d={ARROW} fill="none" stroke="currentColor" strokeWidth="1.300" strokeLinejoin="round" />
      <circle cx="10" cy="10" r="8.600" fill="none" stroke="currentColor" strokeWidth="1.300" strokeDasharray="3.770 2.980" />
    </>
  ),
  unplanned: (
    <>
      <path d="M10 4.500 15.500 10 10 15.500 4.500 10z" fill="currentColor" />
      <path d="M10 4.500V1.200" stroke="currentColor" strokeWidth="1.300" />
    </>
  ),
  unknown: (
    <>
      <circle cx="10" cy="10" r="6.200" fill="none" stroke="currentColor" strokeWidth="1.400" />
      <circle cx="10" cy="10" r="2.200" fill="currentColor" />
    </>
  ),
}

export function StateMark({ state }: { readonly state: StateName | 'stale' }) {
  return (
    <svg className={`state-mark state-${state}`} viewBox="0 0 20 20" aria-hidden="true">
      {shapes[state]}
    </svg>
  )
}
