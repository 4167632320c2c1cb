import MailComposer from 'nodemailer/lib/mail-composer'
import SmtpConnection from 'nodemailer/lib/smtp-connection'
import type { SinkFailure } from '../core/sink.ts'
import { explainNetworkError } from './explain-network-error.ts'

export interface SmtpOptions {
  readonly host: string
  readonly port: number
  /** `tls` from the first byte, `starttls` before anything that matters, or `none`. */
  readonly security: 'tls' | 'starttls' | 'none'
  readonly login: { readonly user: string; readonly pass: string } | undefined
  /** Milliseconds for a whole mail, from looking up the name. */
  readonly timeout: number
  /** PEM texts. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string }
  /** Makes what the server says fit for a message. */
  readonly quote: (text: string) => string
}

export interface MailAddress {
  readonly name: string
  readonly address: string
}

export interface Mail {
  readonly from: MailAddress
  readonly to: readonly MailAddress[]
  readonly subject: string
  readonly text: string
  readonly html: string
  /** With its angle brackets. */
  readonly messageId: string
  readonly date: Date
}

/** What became of a mail: sent, though perhaps not to all; refused for good for what is in it; or to be sent again. */
export type MailResult =
  | { readonly rejected: readonly { readonly address: string; readonly message: string }[] }
  | { readonly refusal: string }
  | SinkFailure

/** Sends one mail over a connection of its own. Never rejects; ends with `signal`. */
export async function sendMail(mail: Mail, options: SmtpOptions, signal: AbortSignal): Promise<MailResult> {
  const { host, port, timeout } = options
  const where = `${host}:${port}`
  const stopped: SinkFailure = { reason: 'local', message: `sending mail to ${where} was stopped` }
  if (signal.aborted) return stopped
  const message = await compose(mail)
  return new Promise((resolve) => {
    const connection = openConnection(options)
    const finish = (result: MailResult) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      resolve(result)
      connection.close()
    }
    const fail = (error: Error) => finish(explain(error as SmtpError, options, where))
    const stop = () => finish(stopped)
    const late = { reason: 'timeout', message: `${where} did not take a mail within ${timeout / 1000} s` } as const
    const timer = setTimeout(() => finish(late), timeout)
    signal.addEventListener('abort', stop)
    connection.on('error', fail)
    connection.on('end', () => finish(explainNetworkError({ code: 'ECONNRESET' }, where)))
    const send = () => {
      const envelope = { from: mail.from.address, to: mail.to.map(({ address }) => address), size: message.length }
      connection.send(envelope, message, (error, info) => {
        if (error) return fail(error)
        const errors = (info?.rejectedErrors ?? []) as readonly SmtpError[]
        const rejected = (info?.rejected ?? []).map((address, at) => {
          return { address, message: options.quote(errors[at]?.response ?? '') }
        })
        resolve({ rejected })
        connection.quit()
        finish({ rejected })
      })
    }
    connection.connect((error) => {
      if (error) return fail(error)
      if (!options.login) return send()
      connection.login({ credentials: options.login }, (refused) => (refused ? fail(refused) : send()))
    })
  })
}

interface SmtpError extends Error {
  readonly code?: string
  readonly originalCode?: string
  readonly response?: string
  readonly responseCode?: number
  readonly command?: string
}

function openConnection({ host, port, security, tls, timeout }: SmtpOptions): SmtpConnection {
  // Ours ends a mail before any of these does.
  const later = timeout + 1000
  return new SmtpConnection({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    connectionTimeout: later,
    greetingTimeout: later,
    socketTimeout: later,
    dnsTimeout: later,
    socketCloseTimeout: 1000,
    maxResponseSize: MOST_REPLY,
    tls: { ...tls, rejectUnauthorized: true },
  })
}

const MOST_REPLY = 65_536

function compose({ from, to, subject, text, html, messageId, date }: Mail): Promise<Buffer> {
  const access = { disableFileAccess: true, disableUrlAccess: true }
  const headers = { 'Auto-Submitted': 'auto-generated' }
  const composer = new MailComposer({ from, to: [...to], subject, text, html, messageId, date, headers, ...access })
  return composer.compile().build()
}

/**
 * Replies as RFC 5321, 4.2.1 has them: 4yz passes by itself, 5yz does not. Only what is said of the message itself is
 * about its events; who may send to whom, and with which login, is for the operator to mend.
 */
function explain(error: SmtpError, { quote }: SmtpOptions, where: string): MailResult {
  const { code = '', command = '', response = '', responseCode = 0 } = error
  const said = response === '' ? '' : `: ${quote(response)}`
  const isForGood = responseCode >= 500
  if (code === 'EAUTH' || responseCode === 530) {
    const reason = responseCode >= 400 && responseCode < 500 ? 'server' : 'unauthorized'
    return { reason, message: `${where} did not let us log in${said}; check user and password` }
  }
  if (command === 'MAIL FROM' && code === 'EENVELOPE') {
    return { reason: isForGood ? 'unauthorized' : 'server', message: `${where} does not take from${said}` }
  }
  if (command === 'RCPT TO') {
    return { reason: isForGood ? 'unauthorized' : 'server', message: `${where} takes nobody of to${said}` }
  }
  const message = `${where} did not take the mail${said}`
  if (code === 'EMESSAGE' && responseCode === 0) return { refusal: `${message}: it is too large for it` }
  if (command === 'DATA') return isForGood ? { refusal: message } : { reason: 'server', message }
  if (code === 'ETLS') return explainTls(error, where, said)
  if (response !== '') return { reason: 'server', message: `${where} does not serve us now${said}` }
  return explainNetworkError({ code: error.originalCode ?? CLOSED[code] ?? code }, where)
}

const CLOSED: Readonly<Record<string, string>> = { ECONNECTION: 'ECONNRESET', ESOCKET: 'ECONNRESET' }

// Once STARTTLS was agreed on, the code of what went wrong is lost, and only its words are left.
function explainTls({ message, originalCode }: SmtpError, where: string, said: string): SinkFailure {
  const code = originalCode ?? TLS_WORDS.find(([words]) => words.test(message))?.[1]
  if (code) return explainNetworkError({ code }, where)
  return { reason: 'server', message: `${where} does not speak TLS${said}; is security as it has it?` }
}

const TLS_WORDS: readonly (readonly [RegExp, string])[] = [
  [/has expired/, 'CERT_HAS_EXPIRED'],
  [/altnames/, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  [/self-signed|unable to/, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
]
