import { createHash, createHmac } from 'node:crypto'
import type { Outgoing, SinkContext } from '../core/sink.ts'
import { wrongOption } from './read-settings.ts'

/**
 * The headers of Standard Webhooks 1.0.0: the id is the event's UUID, so that a repeated event is known again; each
 * secret gives a signature of `id.timestamp.body`, so that a receiver may know the old one, the new one, or both.
 */
export function signWebhook(
  id: string,
  seconds: number,
  body: string,
  secrets: readonly Buffer[],
): Record<string, string> {
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(seconds) }
  if (secrets.length === 0) return headers
  const signed = `${id}.${seconds}.${body}`
  const signatures = secrets.map((secret) => `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`)
  return { ...headers, 'webhook-signature': signatures.join(' ') }
}

/** The UUID of an event; of several, a digest that stays the same when the same ones are sent again. */
export function idOfWebhook(events: readonly Outgoing[]): string {
  const [first] = events
  // An id must not hold a full stop, which would let one signed text pass for another.
  if (first && events.length === 1 && /^[\w-]{1,100}$/.test(first.event.uuid)) return first.event.uuid
  return createHash('sha256')
    .update(events.map(({ event }) => event.uuid).join('\n'))
    .digest('hex')
}

/** The keys of one or more secrets with spaces between them, each `whsec_` and base64 of 24 to 64 bytes. @throws KeelsonError */
export function readWebhookSecrets(text: string, context: SinkContext): Buffer[] {
  const secrets = text.split(/[\s,]+/).filter((secret) => secret !== '')
  return secrets.map((secret, at) => {
    const which = secrets.length > 1 ? `(number ${at + 1}) ` : ''
    const hint = 'make one with: echo whsec_$(openssl rand -base64 32)'
    if (!secret.startsWith(PREFIX)) throw wrongOption(context, 'secret', `${which}must begin with ${PREFIX}`, hint)
    const encoded = secret.slice(PREFIX.length)
    const bytes = Buffer.from(encoded, 'base64')
    if (bytes.toString('base64').replace(/=+$/, '') !== encoded.replace(/=+$/, '')) {
      throw wrongOption(context, 'secret', `${which}must be base64 after ${PREFIX}`, hint)
    }
    if (bytes.length < 24 || bytes.length > 64) {
      throw wrongOption(context, 'secret', `${which}holds ${bytes.length} bytes, not 24 to 64`, hint)
    }
    return bytes
  })
}

const PREFIX = 'whsec_'
