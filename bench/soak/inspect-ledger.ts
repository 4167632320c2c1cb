import Database from 'better-sqlite3'
import type { Event } from '../../src/core/event.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import { listBackups } from '../../src/state/backup.ts'
import { openSqlite } from '../../src/state/open-sqlite.ts'
import { unpackPayload } from '../../src/state/payload.ts'
import { verifyLedger } from '../../src/state/verify-ledger.ts'

/** What a process said that it had done, before it was killed. */
export interface Acknowledged {
  /** Hashes by sequence. */
  readonly entries: ReadonlyMap<number, string>
  /** When each asset was last reported on. */
  readonly seen: ReadonlyMap<string, number>
}

interface Row {
  readonly sequence: number
  readonly asset: string | null
  readonly name: string | null
  readonly hash: string
  readonly body: string | Buffer | null
}

/** Everything about a database that must not be so, whatever happened to who wrote it. */
export async function inspectLedger(path: string, acknowledged: Acknowledged): Promise<string[]> {
  const problems: string[] = []
  const { problems: found, problemCount } = await verifyLedger(path, { threads: 0 })
  for (const { sequence, problem } of found)
    problems.push(sequence === null ? problem : `entry ${sequence}: ${problem}`)
  if (problemCount > found.length) problems.push(`${problemCount} problems in all`)
  const db = new Database(path, { readonly: true })
  try {
    const rows = db
      .prepare<[], Row>(
        `SELECT e.sequence, a.uuid AS asset, n.name, lower(hex(e.hash)) AS hash, p.body
 FROM entry e JOIN asset a ON a.id = e.asset LEFT JOIN check_name n ON n.id = e.check_id
 LEFT JOIN payload p ON p.sequence = e.sequence ORDER BY e.sequence`,
      )
      .all()
    const hashes = new Map(rows.map(({ sequence, hash }) => [sequence, hash]))
    for (const [sequence, hash] of acknowledged.entries) {
      if (hashes.get(sequence) !== hash) problems.push(`entry ${sequence} was acknowledged, and is lost`)
    }
    const orphans = 'SELECT sequence FROM payload WHERE sequence NOT IN (SELECT sequence FROM entry)'
    for (const sequence of db.prepare<[], number>(orphans).pluck().all()) problems.push(`payload ${sequence} dangles`)
    const last = followVerdicts(rows, problems)
    await compareState(path, last, acknowledged, problems)
    await inspectBackups(path, hashes, problems)
  } finally {
    db.close()
  }
  return problems
}

/** Follows each check of each asset through the ledger; answers what was last said of it. */
function followVerdicts(rows: readonly Row[], problems: string[]): Map<string, Verdict> {
  const last = new Map<string, Verdict>()
  const judged = new Map<string, Verdict>()
  const uuids = new Set<string>()
  const note = (about: string, verdict: Verdict): void => {
    last.set(about, verdict)
    if (verdict !== 'error') judged.set(about, verdict)
  }
  for (const { sequence, asset, name, body } of rows) {
    const about = `${asset} ${name}`
    if (body === null) {
      // Of a pruned entry nothing is known but that another followed.
      last.delete(about)
      judged.delete(about)
      continue
    }
    const { uuid, action, meta, changes } = JSON.parse(unpackPayload(body)) as Event
    if (uuids.has(uuid)) problems.push(`entry ${sequence}: the event ${uuid} is there twice`)
    uuids.add(uuid)
    for (const { check, verdict } of (meta?.results ?? []) as { check: string; verdict: Verdict }[]) {
      if (last.has(`${asset} ${check}`)) problems.push(`entry ${sequence}: a second first report`)
      note(`${asset} ${check}`, verdict)
    }
    if (action !== 'ASSET_COMPLIANCE') continue
    const { last: from = null, latest } = (changes?.verdict ?? {}) as { last?: Verdict | null; latest: Verdict }
    const before = last.get(about)
    // What could be judged again is told against the last verdict, not against the inability.
    const expected = before === 'error' && from !== 'error' ? judged.get(about) : before
    if (expected !== undefined && from !== null && from !== expected) {
      problems.push(`entry ${sequence}: ${name} comes from ${from}, and was ${before}`)
    }
    if (before === latest) problems.push(`entry ${sequence}: ${name} becomes ${latest}, which it was`)
    note(about, latest)
  }
  return last
}

async function compareState(
  path: string,
  last: ReadonlyMap<string, Verdict>,
  { seen }: Acknowledged,
  problems: string[],
): Promise<void> {
  const store = await openSqlite(path, { clock: Date.now })
  try {
    let known = 0
    for (const { uuid, lastSeenAt } of await store.assets()) {
      if ((lastSeenAt ?? 0) < (seen.get(uuid) ?? 0)) problems.push(`asset ${uuid}: the last report is lost`)
      for (const { check, verdict, inability } of (await store.read({ uuid })).checks.values()) {
        known++
        const said = last.get(`${uuid} ${check}`)
        const stands = inability ? 'error' : verdict
        if (said !== stands) problems.push(`asset ${uuid}: ${check} is ${stands}, and the ledger ends with ${said}`)
      }
    }
    if (known !== last.size) problems.push(`${known} checks have a state, and the ledger tells of ${last.size}`)
    for (const uuid of seen.keys()) {
      if ((await store.read({ uuid })).asset === null) problems.push(`asset ${uuid} is lost`)
    }
  } finally {
    await store.close()
  }
}

/** What bears the name of a backup is whole, and the beginning of the ledger. */
async function inspectBackups(path: string, hashes: ReadonlyMap<number, string>, problems: string[]): Promise<void> {
  for (const backup of listBackups(path)) {
    const { head, problemCount } = await verifyLedger(backup, { threads: 0 })
    if (problemCount > 0) problems.push(`${backup}: ${problemCount} problems`)
    if (hashes.get(head.sequence) !== head.hash) problems.push(`${backup} is of another ledger`)
  }
}
