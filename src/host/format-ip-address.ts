/** An IPv6 address as inet_ntop writes it: the longest run of zero groups is `::`, IPv4 inside IPv6 stays dotted. */
function formatIpv6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!)
  let start = -1
  let length = 1
  for (let from = 0; from < 8; from++) {
    let to = from
    while (to < 8 && groups[to] === 0) to++
    if (to - from > length) {
      start = from
      length = to - from
    }
  }
  const holdsIpv4 = start === 0 && (length === 6 || (length === 5 && groups[5] === 0xffff))
  const texts = groups.map((group) => group.toString(16))
  if (holdsIpv4) texts.splice(6, 2, formatIpv4(bytes.subarray(12)))
  if (start === -1) return texts.join(':')
  return `${texts.slice(0, start).join(':')}::${texts.slice(start + length).join(':')}`
}

function formatIpv4(bytes: Uint8Array): string {
  return bytes.subarray(0, 4).join('.')
}

/** The address in /proc/net: 32-bit words in the machine's own byte order, which is little-endian wherever we run. */
export function decodeProcAddress(hex: string): string {
  if (hex.length !== 8 && hex.length !== 32) return ''
  const bytes = Buffer.from(hex, 'hex').swap32()
  return hex.length === 8 ? formatIpv4(bytes) : formatIpv6(bytes)
}

/** The mask of so many leading ones. */
export function formatMask(prefixLength: number, family: 4 | 6): string {
  const bytes = new Uint8Array(family === 4 ? 4 : 16)
  for (let bit = 0; bit < prefixLength; bit++) bytes[bit >> 3]! |= 0x80 >> (bit & 7)
  return family === 4 ? formatIpv4(bytes) : formatIpv6(bytes)
}
