/** Keelson's namespace for UUIDs of names (version 5, RFC 9562). */
export const NAMESPACE = '1f0c5b3e-6d0a-4f7b-9c55-2b8b5f3f7a61'

/** A UUID of version 5 from the SHA-1, in hex, of the namespace's bytes and the name. */
export function uuidFromDigest(sha1: string): string {
  const variant = ((Number.parseInt(sha1[16] as string, 16) & 0x3) | 0x8).toString(16)
  const parts = [sha1.slice(0, 8), sha1.slice(8, 12), `5${sha1.slice(13, 16)}`, `${variant}${sha1.slice(17, 20)}`]
  return [...parts, sha1.slice(20, 32)].join('-')
}
