/** Severities as shapes, so that they are told apart without colour: reasons of a decision, and alerts. */

import type { AlertSeverity, ReasonSeverity } from '../api/types'

const shapes: Readonly<Record<ReasonSeverity | AlertSeverity, React.ReactNode>> = {
  // An octagon with a bar: stopped.
  refuse: (
    <>
      <path d="M6.300 1.500h7.400l4.800 4.800v7.400l-4.800 4.800H6.300l-4.800-4.800V6.300z" fill="currentColor" />
      <path d="M5.500 10h9" className="mark-cut" />
    </>
  ),
  // A diamond with a hand of a clock: somebody must decide.
  pending: (
    <>
      <path d="M10 1.500 18.500 10 10 18.500 1.500 10z" fill="none" stroke="currentColor" strokeWidth="1.800" />
      <path d="M10 6v4.500h3.200" fill="none" stroke="currentColor" strokeWidth="1.800" />
    </>
  ),
  advisory: (
    <>
      <circle cx="10" cy="10" r="7.800" fill="none" stroke="currentColor" strokeWidth="1.600" />
      <path d="M10 9v5M10 6v.500" stroke="currentColor" strokeWidth="1.900" />
    </>
  ),
  caution: (
    <>
      <path d="M10 2.200 18.600 17.500H1.400z" fill="none" stroke="currentColor" strokeWidth="1.800" strokeLinejoin="round" />
      <path d="M10 7.500v5M10 14.600v.800" stroke="currentColor" strokeWidth="1.900" />
    </>
  ),
  warning: (
    <>
      <path d="M10 2.200 18.600 17.500H1.400z" fill="currentColor" stroke="currentColor" strokeWidth="1.400" strokeLinejoin="round" />
      <path d="M10 7.200v5.300M10 14.400v.900" className="mark-cut" />
    </>
  ),
  emergency: (
    <>
      <rect x="1.500" y="1.500" width="17" height="17" rx="1.500" fill="currentColor" />
      <path d="M7 5v6.500M7 14v1M13 5v6.500M13 14v1" className="mark-cut" />
    </>
  ),
}

/** `of` says whose word `warning` is: among reasons it is the least, among alerts the second gravest. */
export function SeverityMark({ of, severity }: { readonly of: 'reason' | 'alert'; readonly severity: ReasonSeverity | AlertSeverity }) {
  const shape = of === 'reason' && severity === 'warning' ? shapes.caution : shapes[severity]
  return (
    <svg className={`severity-mark ${of}-${severity}`} viewBox="0 0 20 20" aria-hidden="true">
      {shape}
    </svg>
  )
}
