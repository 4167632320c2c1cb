import { hash } from 'node:crypto'
import { NAMESPACE, uuidFromDigest } from '../core/uuid.ts'

const MOST = 10_000

/** Answers the UUIDv5 of names. Each is computed once: the same few checks come again and again. */
export function createUuidOf(): (name: string) => string {
  const namespace = Buffer.from(NAMESPACE.replaceAll('-', ''), 'hex')
  const known = new Map<string, string>()
  return (name) => {
    const before = known.get(name)
    if (before !== undefined) return before
    const uuid = uuidFromDigest(hash('sha1', Buffer.concat([namespace, Buffer.from(name)]), 'hex'))
    if (known.size >= MOST) known.clear()
    known.set(name, uuid)
    return uuid
  }
}
