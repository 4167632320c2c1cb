import { KeelsonError } from '../../core/errors.ts'
import { askWhere, type DraftKind, type Expectation, expectAbsent, expectPresent } from './draft.ts'

const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17 }

/** A port as 22, 22/tcp or 53/udp: whether anything listens on it, and at which addresses. */
export const draftPort: DraftKind = async (name, probe) => {
  const [, digits, protocolName = 'tcp'] = /^(\d{1,5})(?:\/(tcp|udp))?$/.exec(name) ?? []
  const port = Number(digits)
  const protocol = PROTOCOLS[protocolName] as number
  if (!(port > 0 && port < 65_536)) {
    throw new KeelsonError('usage', `${name} is no port`, { hint: 'write 22, 22/tcp or 53/udp' })
  }
  const where = { port, protocol }
  const rows = await askWhere(probe, 'listening_ports', where)
  const addresses = [...new Set(rows.map(({ address = '' }) => address))].sort()
  const shown = `port ${port}/${protocolName}`
  if (addresses.length === 0) {
    const { clause, cases } = expectAbsent('listening_ports', where, where)
    return {
      words: `${shown} closed`,
      title: `Nothing listens on ${shown}`,
      found: `nothing listens on ${shown}`,
      clause,
      cases,
    }
  }
  const expectation: Expectation = {
    column: 'address',
    expect: { in: addresses },
    found: addresses[0] as string,
    // An address of RFC 5737, which nothing listens at.
    otherwise: '203.0.113.1',
  }
  const { clause, cases } = expectPresent('listening_ports', where, [expectation])
  const list = addresses.join(', ')
  return {
    words: `${shown} open`,
    title: `${shown} listens, on ${list} only`.replace(/^p/, 'P'),
    found: `${shown} listens on ${list}`,
    clause,
    cases,
  }
}
