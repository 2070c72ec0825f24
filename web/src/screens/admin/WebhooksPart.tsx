/** Where events are sent: endpoints, how each fares, and the events given up, which can be sent again. */

import { useState, type FormEvent } from 'react'
import { Button } from 'react-aria-components'
import { addWebhook, getDead, getWebhooks, removeWebhook, retryDelivery, type Webhook } from '../../api/reach'
import { useLook } from '../../app/look'
import { Field } from '../../fields/Field'
import { beijingDayTime, instant } from '../../i18n/format'
import { useAsked } from '../../panels/flight/useFlightStory'
import { Ask, Secret, Table, Trouble, useActing } from './parts'

export function WebhooksPart() {
  const { t } = useLook()
  const { busy, refused, round, act } = useActing()
  const told = useAsked(`webhooks ${round}`, getWebhooks, 10_000)
  const [kept, setKept] = useState(told.value)
  if (told.value !== null && told.value !== kept) setKept(told.value)
  const [url, setUrl] = useState('')
  const [secret, setSecret] = useState<string | null>(null)
  const add = async (event: FormEvent) => {
    event.preventDefault()
    const made = await act(() => addWebhook(url.trim()))
    if (made === null) return
    setSecret(made.secret)
    setUrl('')
  }
  const items = kept?.items ?? []
  return (
    <section className="admin-card" aria-label={t('reach_webhooks')}>
      <h2>{t('reach_webhooks')}</h2>
      <Trouble problem={told.problem} />
      <Trouble problem={refused} done />
      {secret !== null && <Secret text={secret} onDone={() => setSecret(null)} />}
      <form className="admin-form" aria-label={t('reach_webhook_add')} onSubmit={(event) => void add(event)}>
        <Field label={t('reach_url')}>{(id) => <input id={id} type="url" value={url} maxLength={2000} onChange={(event) => setUrl(event.target.value)} />}</Field>
        <Button className="main-button" type="submit" isDisabled={busy || url.trim() === ''}>
          {t('reach_webhook_add')}
        </Button>
      </form>
      {kept !== null && items.length === 0 && <p className="quiet">{t('reach_webhooks_none')}</p>}
      <ul className="admin-list" aria-label={t('reach_webhooks')}>
        {items.map((item) => (
          <li key={item.webhook_id}>
            <div className="admin-line">
              <span>
                <strong className="reach-address">{item.url}</strong> <span className="chip">{t(`reach_webhook_${item.state}`)}</span>
                <LastDelivered webhook={item} />
              </span>
              <Ask label={t('reach_webhook_remove')} effect={t('reach_webhook_remove_effect')} busy={busy} onDo={() => void act(() => removeWebhook(item.webhook_id))} />
            </div>
            <Dead webhook={item} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function LastDelivered({ webhook }: { readonly webhook: Webhook }) {
  const { t } = useLook()
  const at = webhook.last_delivered_at === null ? null : instant(webhook.last_delivered_at)
  return (
    <>
      {at !== null && <span className="quiet block">{t('reach_last', { time: beijingDayTime(at) })}</span>}
      {webhook.cause !== null && <span className="aged block">{webhook.cause}</span>}
    </>
  )
}

function Dead({ webhook }: { readonly webhook: Webhook }) {
  const { t } = useLook()
  const { busy, refused, round, act } = useActing()
  const told = useAsked(`dead ${webhook.webhook_id} ${round}`, () => getDead(webhook.webhook_id), 10_000)
  const [kept, setKept] = useState(told.value)
  if (told.value !== null && told.value !== kept) setKept(told.value)
  if (kept === null || kept.items.length === 0) return <p className="quiet">{t('reach_dead_none')}</p>
  return (
    <>
      <Trouble problem={refused} done />
      <Table label={t('reach_dead')} heads={[t('reach_at'), t('reach_topic'), t('reach_attempts'), t('admin_why'), t('reach_actions')]}>
        {kept.items.map((item) => {
          const at = instant(item.created_at)
          return (
            <tr key={item.delivery_id}>
              <td>{at === null ? item.created_at : beijingDayTime(at)}</td>
              <td>{item.topic}</td>
              <td>{item.attempts}</td>
              <td>{item.error ?? item.status}</td>
              <td>
                <Button className="quiet-button" isDisabled={busy} onPress={() => void act(() => retryDelivery(webhook.webhook_id, item.delivery_id))}>
                  {t('reach_again')}
                </Button>
              </td>
            </tr>
          )
        })}
      </Table>
    </>
  )
}
