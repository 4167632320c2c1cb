import { hostname as nameOfHost } from 'node:os'
import { sendDatagrams } from '../../clients/datagrams.ts'
import { explainNetworkError } from '../../clients/explain-network-error.ts'
import { ConnectionClosed, MessageStream } from '../../clients/message-stream.ts'
import { WaitEnded } from '../../clients/wait-within.ts'
import type { Outgoing, SendResult, Sink, SinkContext, SinkFailure, SinkKind, SinkOptions } from '../../core/sink.ts'
import { formatSyslog, type SyslogSender } from '../../formats/syslog-message.ts'
import { writeJsonTexts } from '../json-text.ts'
import { failAt, quoteText, settle } from '../send-failure.ts'
import { readSyslogSettings, SYSLOG_OPTIONS, type SyslogSettings } from '../syslog-options.ts'

/** Sends events as messages of RFC 5424. */
export const syslogSink: SinkKind = {
  type: 'syslog',
  help: 'sends events to a syslog receiver (RFC 5424 over UDP, TCP or TLS), with a JSON document as the text of each',
  options: SYSLOG_OPTIONS,
  batch: 500,
  open: (options, context) => new SyslogSink(options, context),
}

interface Message {
  readonly index: number
  readonly bytes: Buffer
}

class SyslogSink implements Sink {
  readonly #settings: SyslogSettings
  readonly #sender: SyslogSender
  readonly #where: string
  /** None for datagrams. */
  readonly #stream: MessageStream | undefined

  constructor(options: SinkOptions, context: SinkContext) {
    const settings = readSyslogSettings(options, context)
    const { host, port, transport, tls, untilClosed, timeout, facility, appName, enterprise } = settings
    this.#settings = settings
    this.#sender = {
      facility,
      appName,
      enterprise,
      processId: process.pid,
      hostname: settings.hostname ?? nameOfHost(),
    }
    this.#where = quoteText(`syslog receiver ${host.includes(':') ? `[${host}]` : host}:${port}`)
    if (transport !== 'udp') this.#stream = new MessageStream({ host, port, tls, untilClosed, timeout })
  }

  async send(events: readonly Outgoing[], signal: AbortSignal): Promise<SendResult> {
    const { written, refused } = writeJsonTexts(events)
    const all = [...refused]
    const messages: Message[] = []
    for (const { index, text, outgoing } of written) {
      const bytes = Buffer.from(formatSyslog(outgoing.event, text, this.#sender))
      if (bytes.length <= this.#settings.maxBytes) messages.push({ index, bytes })
      else all.push({ index, message: this.#describeLength(bytes.length) })
    }
    try {
      if (messages.length > 0) all.push(...(await this.#transmit(messages, signal)))
      return settle(
        events.length,
        all.sort((one, other) => one.index - other.index),
      )
    } catch (error) {
      return failAt(0, this.#explain(error))
    }
  }

  async close(): Promise<void> {
    this.#stream?.close()
  }

  /** Answers which messages the system refused as too long. */
  async #transmit(messages: readonly Message[], signal: AbortSignal): Promise<NonNullable<SendResult['refused']>> {
    const { host, port, timeout } = this.#settings
    if (this.#stream) {
      await this.#stream.send(
        messages.map(({ bytes }) => countOctets(bytes)),
        signal,
      )
      return []
    }
    const bytes = messages.map((message) => message.bytes)
    const tooLong = await sendDatagrams(bytes, { host, port, timeout, signal })
    return tooLong.map((at) => {
      const { index, bytes } = messages[at] as Message
      return { index, message: `it is ${bytes.length} bytes long, which this system does not send over UDP` }
    })
  }

  #describeLength(length: number): string {
    const { maxBytes, transport } = this.#settings
    const others =
      transport === 'udp' ? 'raise max_bytes to what yours takes, or use tcp' : 'raise max_bytes to what yours takes'
    return `it is ${length} bytes long as a message, and a receiver may cut what is over ${maxBytes}: ${others}`
  }

  #explain(error: unknown): SinkFailure {
    if (error instanceof ConnectionClosed) {
      return { reason: 'unreachable', message: `${this.#where} closed the connection, and may not have read all` }
    }
    if (!(error instanceof WaitEnded)) return explainNetworkError(error, this.#where)
    if (error.kind === 'aborted') return { reason: 'local', message: `sending to ${this.#where} was stopped` }
    return { reason: 'timeout', message: `${this.#where} did not take all within ${this.#settings.timeout / 1000} s` }
  }
}

/** RFC 6587, section 3.4.1, and RFC 5425, section 4.3: the length in octets, a space, the message. */
function countOctets(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${message.length} `), message])
}
