import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import type { Database } from 'better-sqlite3'
import { KeelsonError } from '../core/errors.ts'
import type { Head } from '../core/store.ts'
import { parsePublicKey, showPublicKey } from './signing-key.ts'

const KIND = 'keelson/1'

/** Says that a ledger once ended so. Kept where the database's owner cannot change it, it proves what they change. */
export interface Checkpoint {
  readonly checkpoint: typeof KIND
  readonly ledger: string
  readonly sequence: number
  /** The hash of the entry at that sequence, in hex. */
  readonly hash: string
  /** ISO 8601, UTC: when it was signed. */
  readonly time: string
  /** The public key (Ed25519): its 32 bytes in base64url. */
  readonly key: string
  /** Over the JSON of all the other fields, in this order and without spaces; in base64. */
  readonly signature: string
}

export function signCheckpoint(head: Head, key: KeyObject, now: number): Checkpoint {
  const { ledger, sequence, hash } = head
  const time = new Date(now).toISOString()
  const fields = { checkpoint: KIND, ledger, sequence, hash, time, key: showPublicKey(createPublicKey(key)) } as const
  return { ...fields, signature: sign(null, Buffer.from(JSON.stringify(fields)), key).toString('base64') }
}

/** Reads a checkpoint and verifies its signature. @throws KeelsonError */
export function readCheckpoint(text: string, name: string): Checkpoint {
  const given = parse(text)
  if (!isCheckpoint(given)) {
    throw new KeelsonError('checkpoint', `${name} is no checkpoint`, { hint: 'checks ledger checkpoint --out FILE' })
  }
  const { checkpoint, ledger, sequence, hash, time, key, signature } = given
  const fields = JSON.stringify({ checkpoint, ledger, sequence, hash, time, key })
  if (!isSigned(fields, key, signature)) {
    throw new KeelsonError('checkpoint', `the signature of ${name} is wrong: the file was changed`, {
      hint: 'use a copy that nobody changed; this one proves nothing',
    })
  }
  return given
}

/** What a checkpoint says against the ledger; nothing when the ledger still holds what it held then. */
export function compareCheckpoint(db: Database, head: Head, checkpoint: Checkpoint): string | undefined {
  const { ledger, sequence, hash, time } = checkpoint
  if (ledger !== head.ledger) {
    return `the checkpoint is of another ledger (${ledger}); this one (${head.ledger}) was put in its place, or never was it`
  }
  const restored = findRestore(db, sequence)
  const because = restored ? `; it was restored from an older backup at entry ${restored}` : ''
  if (sequence > head.sequence) {
    const cause = because || ': it was cut short, or restored from an older backup'
    return `the ledger ends at entry ${head.sequence}, and on ${time} it had ${sequence}${cause}`
  }
  const found = db
    .prepare<[number], string>('SELECT lower(hex(hash)) FROM entry WHERE sequence = ?')
    .pluck()
    .get(sequence)
  if (found === hash) return undefined
  return `the history up to entry ${sequence} is not what it was on ${time}${because || ': it was changed since'}`
}

/** The entry of the last restore up to a sequence: what the ledger had there before went with it. */
function findRestore(db: Database, sequence: number): number | undefined {
  const restores = db
    .prepare<[], { sequence: number; body: string }>(
      `SELECT e.sequence, p.body FROM entry e JOIN action_name n ON n.id = e.action JOIN payload p ON p.sequence = e.sequence
 WHERE e.asset = 0 AND e.check_id = 0 AND n.name = 'LEDGER_RESTORED' ORDER BY e.sequence DESC`,
    )
    .all()
  return restores.find(({ sequence: at }) => at <= sequence)?.sequence
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isCheckpoint(value: unknown): value is Checkpoint {
  if (typeof value !== 'object' || value === null) return false
  const { checkpoint, ledger, sequence, hash, time, key, signature } = value as Partial<Checkpoint>
  const texts = [ledger, hash, time, key, signature]
  return checkpoint === KIND && Number.isSafeInteger(sequence) && texts.every((text) => typeof text === 'string')
}

function isSigned(fields: string, key: string, signature: string): boolean {
  try {
    return verify(null, Buffer.from(fields), parsePublicKey(key), Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}
