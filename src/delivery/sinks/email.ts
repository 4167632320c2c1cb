import { createHash } from 'node:crypto'
import { type MailAddress, type SmtpOptions, sendMail } from '../../clients/smtp.ts'
import { messageOf } from '../../core/errors.ts'
import type { Outgoing, SendResult, Sink, SinkContext, SinkKind, SinkOption, SinkOptions } from '../../core/sink.ts'
import { toMailDigest } from '../../formats/mail-digest.ts'
import { readSettings, wrongOption } from '../read-settings.ts'
import { readTls, TLS_OPTIONS } from '../read-tls.ts'
import { failAt, quoteText } from '../send-failure.ts'
import { type PartResult, sendParts } from '../send-parts.ts'

const OPTIONS = {
  host: { type: 'text', required: true, help: 'the mail server (SMTP)' },
  port: { type: 'integer', min: 1, max: 65_535, help: 'its port (587; 465 with security: tls; 25 with none)' },
  security: {
    type: 'text',
    choices: ['starttls', 'tls', 'none'],
    default: 'starttls',
    help: 'tls from the start, starttls before anything is said, or none',
  },
  user: { type: 'text', help: 'a name to log in with' },
  password: { type: 'secret', help: 'its password' },
  from: { type: 'text', required: true, help: 'the sender, such as Keelson <keelson@example.org>' },
  to: { type: 'texts', required: true, help: 'the addresses of those who get it' },
  subject: { type: 'text', default: 'Keelson', help: 'what subjects begin with' },
  timeout: { type: 'duration', default: 30, min: 1, max: 300, help: 'how long sending a mail may take' },
  ...TLS_OPTIONS,
} as const satisfies Record<string, SinkOption>

const PORTS = { starttls: 587, tls: 465, none: 25 }

/** Mails events for people to read, those of a batch in one mail. */
export const emailSink: SinkKind = {
  type: 'email',
  help: 'mails events for people to read, several in one mail',
  options: OPTIONS,
  batch: 100,
  forPeople: true,
  open: (options, context) => new EmailSink(options, context),
}

class EmailSink implements Sink {
  readonly #smtp: SmtpOptions
  readonly #context: SinkContext
  readonly #from: MailAddress
  readonly #to: readonly MailAddress[]
  readonly #subject: string
  /** Recipients that the operator was told of. */
  readonly #rejected = new Set<string>()

  constructor(options: SinkOptions, context: SinkContext) {
    const settings = readSettings(OPTIONS, options, context)
    const { host, user, password, timeout } = settings
    const security = settings.security as SmtpOptions['security']
    if (!/^[\w.:-]{1,255}$/.test(host))
      throw wrongOption(context, 'host', 'is no name or address', 'such as mail.example.org')
    const login = readLogin(user, password, context)
    if (login && security === 'none' && !/^(?:localhost|127\.[\d.]+|::1)$/.test(host)) {
      const hint = 'set security: starttls or tls, or leave out user and password'
      throw wrongOption(context, 'password', 'would be sent so that others can read it', hint)
    }
    const [from] = readAddresses([settings.from], 'from', context)
    this.#from = from as MailAddress
    this.#to = readAddresses(settings.to, 'to', context)
    this.#subject = settings.subject
    this.#context = context
    const tls = readTls(settings, context)
    const port = settings.port ?? PORTS[security]
    const quote = (text: string) => quoteText(hide(text, login).replace(/\s+/g, ' '))
    this.#smtp = { host, port, security, login, timeout: timeout * 1000, tls, quote }
  }

  send(events: readonly Outgoing[], signal: AbortSignal): Promise<SendResult> {
    return sendParts(events, {
      bytes: Number.POSITIVE_INFINITY,
      write: () => '',
      sendPart: (part) =>
        this.#mail(
          part.map(({ outgoing }) => outgoing),
          signal,
        ),
    }).catch((error) => failAt(0, { reason: 'local', message: `no mail could be made: ${messageOf(error)}` }))
  }

  async close(): Promise<void> {}

  async #mail(outgoing: readonly Outgoing[], signal: AbortSignal): Promise<PartResult> {
    const events = outgoing.map(({ event }) => event)
    const digest = toMailDigest(events, this.#subject)
    const messageId = messageIdOf(outgoing, this.#from)
    const date = new Date(this.#context.clock())
    const mail = { ...digest, from: this.#from, to: this.#to, messageId, date }
    const result = await sendMail(mail, this.#smtp, signal)
    if ('reason' in result) return { settled: 0, failure: result }
    if ('refusal' in result) return result
    for (const { address, message } of result.rejected) this.#tell(address, message)
    return { settled: events.length }
  }

  // The others got it; to send it again for one would send it again to all.
  #tell(address: string, said: string): void {
    if (this.#rejected.has(address)) return
    this.#rejected.add(address)
    this.#context.log(`sink ${this.#context.name}: the mail server does not take ${quoteText(address)} of to: ${said}`)
  }
}

/** The first event's UUID, and a digest: mail programs show only one of two mails of the same id. */
function messageIdOf(outgoing: readonly Outgoing[], { address }: MailAddress): string {
  const uuids = outgoing.map(({ event }) => event.uuid)
  const digest = createHash('sha256').update(uuids.join('\n')).digest('hex').slice(0, 16)
  const first = (uuids[0] ?? '').replace(/[^\w-]/g, '').slice(0, 64)
  return `<${first}.${digest}@${address.split('@').at(-1)}>`
}

const ADDRESS = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/i

/** Addresses with or without names; nothing in them could begin another header or command. @throws KeelsonError */
function readAddresses(texts: readonly string[], option: string, context: SinkContext): MailAddress[] {
  if (texts.length === 0) throw wrongOption(context, option, 'is empty', 'name at least one address')
  return texts.map((text) => {
    const [, name = '', inner] = /^([^<>\p{Cc}]*)<([^<>]*)>$/u.exec(text.trim()) ?? []
    const address = inner ?? text.trim()
    if (ADDRESS.test(address)) return { name: name.trim().replace(/^"(.*)"$/, '$1'), address }
    throw wrongOption(context, option, 'holds what is no address', 'such as ops@example.org or Ops <ops@example.org>')
  })
}

function readLogin(user: string | undefined, password: string | undefined, context: SinkContext): SmtpOptions['login'] {
  if ((user === undefined) !== (password === undefined)) {
    const [given, missing] = user === undefined ? ['password', 'user'] : ['user', 'password']
    throw wrongOption(context, given as string, `says nothing without ${missing}`, 'give both, or neither')
  }
  return user === undefined || password === undefined ? undefined : { user, pass: password }
}

function hide(text: string, login: SmtpOptions['login']): string {
  if (!login) return text
  const { user, pass } = login
  const secrets = [Buffer.from(`\0${user}\0${pass}`).toString('base64'), Buffer.from(pass).toString('base64'), pass]
  return secrets.reduce((hidden, secret) => hidden.replaceAll(secret, '***'), text)
}
