/** A choice or a word of a screen that stands in the address, so that what one sees can be sent as a link. */

import { useEffect, useState } from 'react'
import { replaceParam } from './urlState'

/** Like `useState` for a text; at `usual` nothing stands in the address. */
export function useParam(name: string, usual = ''): readonly [string, (value: string) => void] {
  const [value, setValue] = useState(() => new URLSearchParams(window.location.search).get(name) ?? usual)
  useEffect(() => replaceParam(name, value === usual ? null : value), [name, value, usual])
  return [value, setValue]
}
