import type { SinkContext, SinkOption, SinkOptions } from '../core/sink.ts'
import { FACILITIES, type Facility } from '../formats/syslog-message.ts'
import { readSettings, wrongOption } from './read-settings.ts'
import { readTls, TLS_OPTIONS, type TlsTexts } from './read-tls.ts'

export const SYSLOG_OPTIONS = {
  address: {
    type: 'text',
    required: true,
    help: 'the receiver, as host, host:port or [::1]:port; without a port it is 514 for udp, 601 for tcp, 6514 for tls',
  },
  transport: {
    type: 'text',
    required: true,
    choices: ['udp', 'tcp', 'tls'],
    help: 'tls (RFC 5425), tcp (RFC 6587, lengths in front) or udp (RFC 5426); over udp, delivered means sent: what is lost on the way stays unknown',
  },
  delivered: {
    type: 'text',
    choices: ['sent', 'closed'],
    help: 'for tcp and tls, as syslog has no acknowledgement. sent (default): handed to the network, and the connection still stood a round trip later; a receiver that dies just then loses it. closed: each batch has a connection of its own, and the receiver closed it in order after reading it to the end',
  },
  facility: { type: 'text', choices: FACILITIES, default: 'local0', help: 'the facility, such as local0 or audit' },
  app_name: { type: 'text', default: 'keelson', help: 'APP-NAME: at most 48 printable ASCII characters' },
  hostname: { type: 'text', help: 'HOSTNAME, at most 255 printable ASCII characters; the name of this machine' },
  pen: {
    type: 'integer',
    min: 1,
    max: 4_294_967_295,
    help: "your organisation's IANA private enterprise number; with it, uuid, check, asset and verdict are structured data [keelson@PEN …] too",
  },
  max_bytes: {
    type: 'integer',
    min: 480,
    max: 1_048_576,
    help: 'events with longer messages are refused for good, as receivers cut them: 2048 for udp (65507 at most), 8192 for tcp and tls, which is what the RFCs ask of receivers; raise it to what yours takes',
  },
  ...TLS_OPTIONS,
  timeout: { type: 'duration', default: 30, min: 1, max: 3600, help: 'how long sending a batch may take' },
} as const satisfies Record<string, SinkOption>

export interface SyslogSettings {
  readonly host: string
  readonly port: number
  readonly transport: 'udp' | 'tcp' | 'tls'
  readonly untilClosed: boolean
  readonly facility: Facility
  readonly appName: string
  /** Absent for this machine's own name. */
  readonly hostname: string | undefined
  readonly enterprise: number | undefined
  readonly maxBytes: number
  /** Undefined for other transports. */
  readonly tls: TlsTexts | undefined
  /** Milliseconds. */
  readonly timeout: number
}

const PORTS = { udp: 514, tcp: 601, tls: 6514 } as const
// RFC 5426, section 3.2, and RFC 5425, section 4.3.1: what receivers should be able to take.
const MOST_BYTES = { udp: 2048, tcp: 8192, tls: 8192 } as const
/** The payload of an IPv4 datagram: 65,535 less its header of 20 and UDP's of 8. */
const LONGEST_DATAGRAM = 65_507

/** @throws KeelsonError */
export function readSyslogSettings(options: SinkOptions, context: SinkContext): SyslogSettings {
  const settings = readSettings(SYSLOG_OPTIONS, options, context)
  const transport = settings.transport as SyslogSettings['transport']
  const { delivered, hostname, pen, max_bytes: maxBytes = MOST_BYTES[transport] } = settings
  if (transport === 'udp' && maxBytes > LONGEST_DATAGRAM) {
    const hint = 'use transport: tcp or tls for longer messages'
    throw wrongOption(
      context,
      'max_bytes',
      `must be at most ${LONGEST_DATAGRAM} over udp, which has no longer ones`,
      hint,
    )
  }
  if (transport === 'udp' && delivered !== undefined) {
    throw wrongOption(context, 'delivered', 'says nothing over udp', 'leave it out, or use transport: tcp or tls')
  }
  requirePrintable(settings.app_name, 'app_name', 48, context)
  if (hostname !== undefined) requirePrintable(hostname, 'hostname', 255, context)
  return {
    ...readAddress(settings.address, PORTS[transport], context),
    transport,
    untilClosed: delivered === 'closed',
    facility: settings.facility as Facility,
    appName: settings.app_name,
    hostname,
    enterprise: pen,
    maxBytes,
    tls: transport === 'tls' ? readTls(settings, context) : refuseTlsOptions(settings, transport, context),
    timeout: settings.timeout * 1000,
  }
}

function readAddress(
  address: string,
  defaultPort: number,
  context: SinkContext,
): Pick<SyslogSettings, 'host' | 'port'> {
  const match = /^(?:\[([0-9A-Fa-f:.]+(?:%\w+)?)\]|([^\s:/[\]@?#]+))(?::(\d{1,5}))?$/.exec(address)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3] ?? defaultPort)
  if (host !== undefined && port >= 1 && port <= 65_535) return { host, port }
  throw wrongOption(
    context,
    'address',
    'must be a host and a port',
    'such as logs.example.net:6514 or [2001:db8::1]:514',
  )
}

function requirePrintable(text: string, option: string, longest: number, context: SinkContext): void {
  if (/^[!-~]+$/.test(text) && text.length <= longest) return
  const hint = 'leave it out, or give one word without spaces'
  throw wrongOption(context, option, `must be at most ${longest} printable ASCII characters`, hint)
}

function refuseTlsOptions(
  given: { readonly [Key in keyof typeof TLS_OPTIONS]: string | undefined },
  transport: string,
  context: SinkContext,
): undefined {
  const stray = (['ca', 'cert', 'key'] as const).find((option) => given[option] !== undefined)
  if (!stray) return undefined
  throw wrongOption(context, stray, `says nothing over ${transport}`, 'leave it out, or set transport: tls')
}
