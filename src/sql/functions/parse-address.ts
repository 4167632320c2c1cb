import { isIPv4, isIPv6 } from 'node:net'

export interface Address {
  readonly family: 4 | 6
  readonly bytes: Buffer
}

/** Dotted-quad IPv4, or IPv6 with an optional zone (`%eth0`), which is dropped. */
export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { family: 4, bytes: Buffer.from(text.split('.').map(Number)) }
  const address = text.replace(/%.*$/s, '')
  return isIPv6(address) ? { family: 6, bytes: parseIPv6(address) } : undefined
}

function parseIPv6(address: string): Buffer {
  const [head = '', tail] = address.split('::')
  const first = readGroups(head)
  const last = readGroups(tail ?? '')
  return Buffer.from([...first, ...new Array<number>(16 - first.length - last.length).fill(0), ...last])
}

function readGroups(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number)
    const number = Number.parseInt(group, 16)
    return [number >> 8, number & 0xff]
  })
}
