/** Which flights inspect, and a result as it is typed; pure. */

import type { NewResult, ResultKind } from '../api/inspections'

export const inspectionOperations: readonly string[] = ['inspection', 'survey', 'environment', 'emergency', 'public_safety']

const ADDRESS = /^(https?|s3|s?ftp):\/\/[^/\s]+/

/** What the service is sent, or null while it is no address or no SHA-256. */
export function resultBody(typed: { readonly kind: ResultKind; readonly url: string; readonly sha256: string; readonly note: string }): NewResult | null {
  const [url, sha256, note] = [typed.url.trim(), typed.sha256.trim().toLowerCase(), typed.note.trim()]
  if (!ADDRESS.test(url) || (sha256 !== '' && !/^[0-9a-f]{64}$/.test(sha256))) return null
  return { kind: typed.kind, url, ...(sha256 === '' ? {} : { sha256 }), ...(note === '' ? {} : { note }) }
}
