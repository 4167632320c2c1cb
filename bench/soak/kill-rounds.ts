import { spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '../create-random.ts'
import { inspectLedger } from './inspect-ledger.ts'

/** What a worker says, a line of JSON each. */
export type Said =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'committed'
      readonly asset: string
      readonly seenAt: number
      readonly written: readonly (readonly [sequence: number, hash: string])[]
    }
  | { readonly kind: 'pruned'; readonly payloads: number }
  | { readonly kind: 'backed up'; readonly file: string; readonly sequence: number }

export interface KillOptions {
  /** Where the databases are made. */
  readonly folder: string
  readonly times: number
  readonly seed: number
  /** Kills that one database sees before the next is begun; a large one takes long to look through. */
  readonly share: number
  readonly onRound?: (round: number, tally: Tally) => void
}

export interface Tally {
  readonly kills: number
  /** Kills before the database was open. */
  readonly early: number
  readonly reports: number
  readonly entries: number
  readonly prunes: number
  readonly backups: number
}

const WORKER = join(import.meta.dirname, 'ledger-worker.ts')
/** Milliseconds: of a start, and of work after it. */
const START = 120
const WORK = 150

/**
 * Kills a process that writes a ledger, again and again at random moments, and looks each time whether everything that
 * it had acknowledged is there, once, and nothing else. Rejects with what is not so.
 */
export async function killRounds({ folder, times, seed, share, onRound }: KillOptions): Promise<Tally> {
  const random = createRandom(seed)
  let tally: Tally = { kills: 0, early: 0, reports: 0, entries: 0, prunes: 0, backups: 0 }
  let acknowledged = { entries: new Map<number, string>(), seen: new Map<string, number>() }
  let path = ''
  for (let round = 0; round < times; round++) {
    if (round % share === 0) {
      path = join(folder, `${round}`, 'state.db')
      mkdirSync(join(folder, `${round}`))
      acknowledged = { entries: new Map(), seen: new Map() }
    }
    const early = random() < 0.15
    const said = await runAndKill([path, String(seed * 100_000 + round)], early, random() * (early ? START : WORK))
    const count = (kind: Said['kind']) => said.filter((each) => each.kind === kind).length
    for (const each of said) {
      if (each.kind !== 'committed') continue
      acknowledged.seen.set(each.asset, each.seenAt)
      for (const [sequence, hash] of each.written) acknowledged.entries.set(sequence, hash)
    }
    tally = {
      kills: tally.kills + 1,
      early: tally.early + (count('ready') === 0 ? 1 : 0),
      reports: tally.reports + count('committed'),
      entries:
        tally.entries + said.reduce((sum, each) => sum + (each.kind === 'committed' ? each.written.length : 0), 0),
      prunes: tally.prunes + count('pruned'),
      backups: tally.backups + count('backed up'),
    }
    const problems = existsSync(path) ? await inspectLedger(path, acknowledged) : []
    if (problems.length > 0) {
      throw new Error(`after kill ${round + 1} (seed ${seed}): ${problems.slice(0, 10).join('; ')}`)
    }
    onRound?.(round, tally)
  }
  return tally
}

/** Lets a worker run for so long, since it was started or since it was ready, and answers what it said until then. */
async function runAndKill(args: readonly string[], early: boolean, milliseconds: number): Promise<Said[]> {
  const child = spawn(process.execPath, [WORKER, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  const ready = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      resolve()
    })
    child.on('close', () => resolve())
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (_, signal) => resolve(signal))
  })
  if (!early) await ready
  await sleep(milliseconds)
  child.kill('SIGKILL')
  if ((await ended) !== 'SIGKILL') throw new Error(`the worker ended by itself: ${stderr}`)
  // The last line may have been cut short.
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Said)
}
