import { readFileSync, writeFileSync } from 'node:fs'
import type { Config } from '../config.ts'
import { KeelsonError, messageOf } from '../core/errors.ts'
import { type ArchiveHeader, type ArchiveOptions, archiveLedger } from '../state/archive.ts'
import { type BackedUp, type BackupOptions, backUpState, listCopies } from '../state/backup.ts'
import { type Checkpoint, compareCheckpoint, readCheckpoint, signCheckpoint } from '../state/checkpoint.ts'
import { compactDatabase, rewriteDatabase } from '../state/compact.ts'
import { type Erased, eraseAsset } from '../state/erase.ts'
import { type Pruned, pruneLedger } from '../state/prune.ts'
import { writeWhole } from '../state/replace-file.ts'
import { type Restored, type RestoreOptions, restoreState } from '../state/restore.ts'
import { openSigningKey, readPublicKey } from '../state/signing-key.ts'
import type { SqliteStore } from '../state/sqlite-store.ts'
import { type ArchiveVerification, compareArchive, verifyArchive } from '../state/verify-archive.ts'
import { readHead, type Verification, verifyLedger } from '../state/verify-ledger.ts'
import { type OpenedState, openState, statePathOf } from './state.ts'

export type { ArchiveHeader, ArchiveVerification, BackedUp, Checkpoint, Erased, Pruned, Restored, Verification }

/** Does something with the state that the configuration names, which must exist. @throws KeelsonError */
async function withState<Answer>(
  config: Config,
  clock: () => number,
  use: (state: OpenedState) => Promise<Answer> | Answer,
): Promise<Answer> {
  const state = await openState(config, { clock, create: false })
  try {
    return await use(state)
  } finally {
    await state.close()
  }
}

export interface VerifiedLedger extends Verification {
  /** The checkpoint that the ledger was compared with. */
  readonly checkpoint: Checkpoint | null
  /** Whether that one was signed with the key that this state has now; null when that cannot be told. */
  readonly sameKey: boolean | null
}

/** Verifies the ledger; with a checkpoint's file, also that it still holds what it held then. @throws KeelsonError */
export async function verifyState(config: Config, against: string | undefined, clock: () => number) {
  const checkpoint = against === undefined ? null : readCheckpoint(readInput(against), against)
  return withState(config, clock, async ({ store, path }): Promise<VerifiedLedger> => {
    const verification = await verifyLedger(path)
    if (!checkpoint) return { ...verification, checkpoint, sameKey: null }
    const key = readPublicKey(path)
    const sameKey = key === undefined ? null : key === checkpoint.key
    const problem = compareCheckpoint(store.db, verification.head, checkpoint)
    if (problem === undefined) return { ...verification, checkpoint, sameKey }
    const { problems, problemCount } = verification
    const all = [{ sequence: null, problem }, ...problems]
    return { ...verification, checkpoint, sameKey, problems: all, problemCount: problemCount + 1 }
  })
}

export interface VerifiedArchive extends ArchiveVerification {
  /** Whether it was compared with the ledger: only when there is one, and it is the one that was archived. */
  readonly compared: boolean
}

/** Verifies an archive by itself, and against the ledger it was taken from if that is at hand. @throws KeelsonError */
export async function verifyArchiveFile(config: Config, file: string, clock: () => number): Promise<VerifiedArchive> {
  const verification = await verifyArchive(file)
  try {
    return await withState(config, clock, ({ store }) => {
      if (readHead(store.db).ledger !== verification.header.ledger) return { ...verification, compared: false }
      const problem = compareArchive(store.db, verification.header)
      const problems =
        problem === undefined ? verification.problems : [{ sequence: null, problem }, ...verification.problems]
      const problemCount = verification.problemCount + (problem === undefined ? 0 : 1)
      return { ...verification, problems, problemCount, compared: true }
    })
  } catch (error) {
    if (error instanceof KeelsonError) return { ...verification, compared: false }
    throw error
  }
}

/** Signs what the ledger is now. With a file, writes it there. @throws KeelsonError */
export function makeCheckpoint(config: Config, clock: () => number, file?: string): Promise<Checkpoint> {
  return withState(config, clock, async ({ store, path }) => {
    const checkpoint = signCheckpoint(await store.head(), openSigningKey(path), clock())
    const write = (unfinished: string) => writeFileSync(unfinished, `${JSON.stringify(checkpoint, null, 2)}\n`)
    if (file !== undefined) await writeWhole(file, write, { replace: true })
    return checkpoint
  })
}

/** Removes what is no longer needed from the ledger; also tells how many bytes the disk got back. @throws KeelsonError */
export function pruneState(config: Config, before: number, clock: () => number): Promise<Pruned & { freed: number }> {
  return withState(config, clock, async ({ store }) => {
    const pruned = await pruneLedger(store, before, { clock })
    return { ...pruned, freed: compactDatabase(store.db) }
  })
}

/** Writes the database anew, without unused space and what is left in it. @throws KeelsonError */
export function compactState(config: Config, clock: () => number): Promise<{ readonly complete: boolean }> {
  return withState(config, clock, ({ store }) => ({ complete: rewriteDatabase(store.db) }))
}

/** Writes an archive of the ledger. @throws KeelsonError */
export function archiveState(config: Config, file: string, options: ArchiveOptions): Promise<ArchiveHeader> {
  return withState(
    config,
    () => options.now,
    ({ path }) => archiveLedger(path, file, options),
  )
}

/** Erases an asset from a state that is open, and tells which earlier copies may still know it. @throws KeelsonError */
export async function eraseFrom(store: SqliteStore, asset: { readonly uuid: string }, clock: () => number) {
  const erased = await eraseAsset(store, asset, { clock })
  return erased && { ...erased, copies: listCopies(store.db.name) }
}

/** Copies the state into a file. @throws KeelsonError */
export function backUp(config: Config, options: BackupOptions): Promise<BackedUp> {
  return withState(
    config,
    () => options.now,
    ({ path }) => backUpState(path, options),
  )
}

/** Puts a backup in the place of the state that the configuration names. @throws KeelsonError */
export async function restore(
  config: Config,
  file: string,
  options: RestoreOptions,
): Promise<Restored & { path: string }> {
  const path = statePathOf(config)
  if (path === undefined) {
    throw new KeelsonError('state/none', 'there is no state to restore: it is switched off', {
      hint: 'leave out --no-state (or state: false in keelson.yaml)',
    })
  }
  return { ...(await restoreState(path, file, options)), path }
}

function readInput(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new KeelsonError('file', `cannot read ${file}: ${messageOf(cause)}`, {
      cause,
      hint: 'name a file that exists',
    })
  }
}
