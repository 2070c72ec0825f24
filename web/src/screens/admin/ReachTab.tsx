/** Who is reached outside the console: duty staff, and programs by webhook. */

import { DutyPart } from './DutyPart'
import { WebhooksPart } from './WebhooksPart'

export function ReachTab() {
  return (
    <>
      <DutyPart />
      <WebhooksPart />
    </>
  )
}
