import { createHash } from 'node:crypto'
import { type SqlFunction, SqlFunctionError } from '../function.ts'
import type { SqlValue } from '../table.ts'
import { type Address, parseAddress } from './parse-address.ts'
import { readByteString } from './read-values.ts'

/** An IPv4 address as a number; anything else is NULL. */
function toNumber(value: SqlValue): SqlValue {
  const address = parseAddress(readByteString(value))
  return address?.family === 4 ? readNumber(address) : null
}

function readNumber(address: Address): bigint {
  return BigInt(`0x${address.bytes.toString('hex')}`)
}

/**
 * Whether the block's *hosts* include the address: in IPv4 neither the network's nor the broadcast address, in IPv6
 * nothing at all where the block reaches up to the last address, since the end of the range wraps around to zero.
 */
function isInBlock(block: SqlValue, address: SqlValue): SqlValue {
  if (typeof block !== 'string') throw new SqlFunctionError('CIDR must be a string')
  if (typeof address !== 'string') throw new SqlFunctionError('IP address must be a string')
  const ip = parseAddress(readByteString(address))
  if (!ip) throw new SqlFunctionError('IP address cannot be parsed')
  const [first, end] = readHosts(readByteString(block), ip.family)
  const number = readNumber(ip)
  return number >= first && number < end ? 1n : 0n
}

function readHosts(block: string, family: 4 | 6): [first: bigint, end: bigint] {
  const [, text = '', length = ''] = /^([^/]*)\/(\d+)$/.exec(block) ?? []
  const bits = family === 4 ? 32 : 128
  const address = parseAddress(text)
  if (address?.family !== family || Number(length) > bits) {
    throw new SqlFunctionError(`CIDR for IP address v${family} cannot be parsed`)
  }
  const size = 1n << BigInt(bits - Number(length))
  const number = readNumber(address)
  const network = number - (number % size)
  const wrap = (end: bigint) => BigInt.asUintN(bits, end)
  return family === 4 && size > 1n ? [network + 1n, network + size - 1n] : [network, wrap(network + size)]
}

interface Flow {
  readonly seed: number
  readonly source: Address
  readonly destination: Address
  readonly sourcePort: number
  readonly destinationPort: number
  readonly protocol: number
}

/** Reads (source, destination, source port, destination port, protocol[, seed]), complaining in osquery's order. */
function readFlow(values: readonly SqlValue[]): Flow {
  const [source, destination, sourcePort, destinationPort, protocol, seed = 0n] = values
  if (typeof seed !== 'bigint') throw new SqlFunctionError('Community ID seed must be an integer')
  if (seed !== BigInt.asIntN(16, seed)) throw new SqlFunctionError('Community ID seed must fit in 2 bytes')
  if (typeof source !== 'string' || typeof destination !== 'string') {
    throw new SqlFunctionError('Community ID IPs must be strings')
  }
  const from = parseAddress(readByteString(source))
  if (!from) throw new SqlFunctionError('Community ID saddr cannot be parsed as IP')
  const to = parseAddress(readByteString(destination))
  if (!to) throw new SqlFunctionError('Community ID daddr cannot be parsed as IP')
  if (typeof sourcePort !== 'bigint' || typeof destinationPort !== 'bigint') {
    throw new SqlFunctionError('Community ID ports must be integers')
  }
  if ([sourcePort, destinationPort].some((port) => port !== BigInt.asUintN(16, port))) {
    throw new SqlFunctionError('Community ID ports must fit in 2 bytes')
  }
  if (typeof protocol !== 'bigint') throw new SqlFunctionError('Community ID protocol must be an integer')
  if (protocol !== BigInt.asUintN(8, protocol)) throw new SqlFunctionError('Community ID protocol must fit in 1 byte')
  return {
    seed: Number(seed),
    source: from,
    destination: to,
    sourcePort: Number(sourcePort),
    destinationPort: Number(destinationPort),
    protocol: Number(protocol),
  }
}

/** Community ID v1 (github.com/corelight/community-id-spec): the same for both directions of a flow. */
function identifyFlow(...values: SqlValue[]): string {
  const flow = readFlow(values)
  const source = { address: flow.source, port: flow.sourcePort }
  const destination = { address: flow.destination, port: flow.destinationPort }
  const order = compareAddresses(flow.source, flow.destination) || flow.sourcePort - flow.destinationPort
  const [low, high] = order < 0 ? [source, destination] : [destination, source]
  const header = Buffer.alloc(2)
  header.writeInt16BE(flow.seed)
  const trailer = Buffer.alloc(6)
  trailer.writeUInt8(flow.protocol)
  trailer.writeUInt16BE(low.port, 2)
  trailer.writeUInt16BE(high.port, 4)
  const bytes = Buffer.concat([header, low.address.bytes, high.address.bytes, trailer])
  return `1:${createHash('sha1').update(bytes).digest('base64')}`
}

function compareAddresses(left: Address, right: Address): number {
  return left.family - right.family || left.bytes.compare(right.bytes)
}

function identifyFlowOrNull(...values: SqlValue[]): SqlValue {
  try {
    return identifyFlow(...values)
  } catch (error) {
    if (error instanceof SqlFunctionError) return null
    throw error
  }
}

export const networkFunctions: readonly SqlFunction[] = [
  { name: 'inet_aton', arity: [1], call: toNumber },
  { name: 'in_cidr_block', arity: [2], call: isInBlock },
  { name: 'community_id_v1', arity: [5, 6], call: identifyFlowOrNull },
  { name: 'community_id_v1_strict', arity: [5, 6], call: identifyFlow },
]
