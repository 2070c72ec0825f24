/** A labelled field; the label is tied by id so that an option or an error is no part of its name. */

import { useId, type ReactNode } from 'react'

export function Field({ label, children }: { readonly label: string; readonly children: (id: string) => ReactNode }) {
  const id = useId()
  return (
    <div className="board-field">
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  )
}
