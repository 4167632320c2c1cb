import type { SinkFailure } from '../core/sink.ts'

/**
 * What went wrong on the way to `where`, told by the error's code only: its message may hold what the other side, or
 * its certificate, says of itself.
 */
export function explainNetworkError(error: unknown, where: string): SinkFailure {
  const code = codeOf(error)
  const known = Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : BY_KIND.find(([pattern]) => pattern.test(code))?.[1]
  const { reason, problem } = known ?? { reason: 'unreachable', problem: 'cannot be reached' }
  return { reason, message: `${where} ${problem}${code === '' ? '' : ` (${code})`}` }
}

interface Known {
  readonly reason: SinkFailure['reason']
  readonly problem: string
}

const CLOSED: Known = { reason: 'unreachable', problem: 'closed the connection before it had answered' }
const UNTRUSTED: Known = {
  reason: 'unauthorized',
  problem: 'has a certificate of an authority that is not trusted; name its authority in ca',
}
const UNRESOLVED: Known = { reason: 'unreachable', problem: 'cannot be found: its name does not resolve' }

const BY_CODE: Readonly<Record<string, Known>> = {
  ENOTFOUND: UNRESOLVED,
  EAI_AGAIN: UNRESOLVED,
  EDNS: UNRESOLVED,
  ECONNREFUSED: { reason: 'unreachable', problem: 'refuses connections: nothing listens there' },
  ECONNRESET: CLOSED,
  EPIPE: CLOSED,
  ERR_STREAM_PREMATURE_CLOSE: CLOSED,
  EHOSTUNREACH: { reason: 'unreachable', problem: 'cannot be reached from here' },
  ENETUNREACH: { reason: 'unreachable', problem: 'cannot be reached from here' },
  ETIMEDOUT: { reason: 'timeout', problem: 'did not answer in time' },
  EMFILE: { reason: 'local', problem: 'cannot be called: this process has too many files open' },
  ENFILE: { reason: 'local', problem: 'cannot be called: this machine has too many files open' },
  CERT_HAS_EXPIRED: { reason: 'unauthorized', problem: 'has a certificate that has expired' },
  CERT_NOT_YET_VALID: {
    reason: 'unauthorized',
    problem: 'has a certificate that is not valid yet; is the clock right?',
  },
  CERT_REVOKED: { reason: 'unauthorized', problem: 'has a certificate that was revoked' },
  ERR_TLS_CERT_ALTNAME_INVALID: { reason: 'unauthorized', problem: 'has a certificate for another name' },
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  CERT_UNTRUSTED: UNTRUSTED,
  EPROTO: { reason: 'unreachable', problem: 'does not speak TLS as expected; is the address right?' },
}

const BY_KIND: readonly (readonly [RegExp, Known])[] = [
  [
    /ALERT_(?:CERTIFICATE|BAD_CERTIFICATE|UNKNOWN_CA)|ALERT_.*CERTIFICATE/,
    {
      reason: 'unauthorized',
      problem: 'does not accept our certificate; give it in cert and key',
    },
  ],
  [/^ERR_SSL_WRONG_VERSION_NUMBER|^ERR_SSL_PACKET_LENGTH/, BY_CODE.EPROTO as Known],
  [/^ERR_SSL_|^ERR_TLS_/, { reason: 'unreachable', problem: 'and this machine do not agree on TLS' }],
  [/^CERT_|_CERT(?:_|$)|_CRL_/, { reason: 'unauthorized', problem: 'has a certificate that is not in order' }],
  [/^HPE_/, { reason: 'server', problem: 'gave an answer that is not HTTP' }],
]

// Where a name has several addresses, the error is about all of them and says nothing itself.
function codeOf(error: unknown): string {
  const { code, errors } = error as { readonly code?: unknown; readonly errors?: readonly unknown[] }
  if (typeof code === 'string') return /^\w{1,80}$/.test(code) ? code : ''
  return errors?.[0] === undefined ? '' : codeOf(errors[0])
}
