/** Where an order stands, as a shape of its own: only what the vehicle was seen doing gets the filled disc with the tick. */

import type { Standing } from '../command/commandBook'

const RING = <circle cx="10" cy="10" r="7.500" fill="none" stroke="currentColor" strokeWidth="1.600" />

const shapes: Readonly<Record<Standing, React.ReactNode>> = {
  queued: RING,
  sent: (
    <>
      {RING}
      <path d="M10 13.500v-7M7 9.300l3-3 3 3" fill="none" stroke="currentColor" strokeWidth="1.600" />
    </>
  ),
  accepted: (
    <>
      {RING}
      <path d="M10 2.500a7.500 7.500 0 0 1 0 15z" fill="currentColor" />
    </>
  ),
  confirmed: (
    <>
      <circle cx="10" cy="10" r="8.300" fill="currentColor" />
      <path className="command-mark-cut" d="m6 10.300 2.800 2.800L14 7.300" fill="none" strokeWidth="2" />
    </>
  ),
  refused: (
    <>
      <rect x="2.500" y="2.500" width="15" height="15" fill="none" stroke="currentColor" strokeWidth="1.800" />
      <path d="m6.500 6.500 7 7M13.500 6.500l-7 7" stroke="currentColor" strokeWidth="1.800" />
    </>
  ),
  timed_out: (
    <>
      <path d="M10 2.200 18.500 17.200h-17z" fill="none" stroke="currentColor" strokeWidth="1.600" strokeLinejoin="round" />
      <path d="M10 7.500v4.500M10 13.800v1.600" stroke="currentColor" strokeWidth="1.800" />
    </>
  ),
  silent: <path d="M10 2.200 18.500 17.200h-17z" fill="none" stroke="currentColor" strokeWidth="1.600" strokeDasharray="3 2.400" />,
}

export function CommandMark({ standing }: { readonly standing: Standing }) {
  return (
    <svg className="command-mark" viewBox="0 0 20 20" aria-hidden="true">
      {shapes[standing]}
    </svg>
  )
}
