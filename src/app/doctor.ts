import { existsSync } from 'node:fs'
import type { Config } from '../config.ts'
import type { Library } from '../core/check.ts'
import { messageOf } from '../core/errors.ts'
import type { SourceInfo } from '../core/source.ts'
import { checkOwner } from '../osquery/check-owner.ts'
import { findOsquery, usualPlaces } from '../osquery/find-osquery.ts'
import { defaultSockets, findSocket } from '../osquery/find-socket.ts'
import { isEmbeddable, type Opened, openSource } from './open-source.ts'
import { runChecks } from './run-checks.ts'
import { statePathOf } from './state.ts'
import type { Workbench } from './workbench.ts'

/** One place where an answer could come from. */
export interface Candidate {
  readonly what: string
  readonly state: 'usable' | 'refused' | 'absent'
  readonly why: string
}

export interface Diagnosis {
  readonly candidates: readonly Candidate[]
  /** The source that `checks run` would use with this configuration. */
  readonly source: SourceInfo | null
  /** Why this one. */
  readonly why: string | null
  /** Why there is none. */
  readonly problem: string | null
  /** What a run would be warned of. */
  readonly warnings: readonly string[]
  /** Null where it is not known. */
  readonly asRoot: boolean | null
  /** Checks of this platform that could not be judged now, with the reason. */
  readonly unjudged: readonly { readonly check: string; readonly reason: string }[]
  readonly checks: number
  /** Where verdicts are remembered; null where nothing is. */
  readonly state: { readonly path: string; readonly exists: boolean } | null
  /** What would make verdicts more complete or more trustworthy. */
  readonly advice: readonly string[]
}

/**
 * Looks at every source, opens the one that would be used, and tries the whole library on it. Rejects when that source
 * cannot even name its machine.
 */
export async function diagnose(config: Config, library: Library, workbench: Workbench): Promise<Diagnosis> {
  const candidates = [...(await listSockets(config)), await lookForOsquery(), lookAtEmbedded()]
  const state = describeState(config)
  const asRoot = process.getuid ? process.getuid() === 0 : null
  let opened: Opened
  try {
    opened = await openSource(config)
  } catch (error) {
    const none = { source: null, why: null, problem: messageOf(error), warnings: [] }
    return { candidates, ...none, asRoot, unjudged: [], checks: 0, state, advice: [INSTALL] }
  }
  const { source, why, warnings } = opened
  try {
    const selection = { patterns: [], tags: [] }
    const report = await runChecks(source, workbench, { config, library, selection, all: true, clock: Date.now })
    const unjudged = report.results.flatMap(({ check, error }) => (error === null ? [] : [{ check, reason: error }]))
    const advice = advise(source.info, asRoot, unjudged.length)
    const checks = report.results.length
    return { candidates, source: source.info, why, problem: null, warnings, asRoot, unjudged, checks, state, advice }
  } finally {
    await source.close()
  }
}

function describeState(config: Config): Diagnosis['state'] {
  const path = statePathOf(config)
  return path === undefined ? null : { path, exists: existsSync(path) }
}

const INSTALL =
  'Install osquery (https://osquery.io/downloads) and start osqueryd: it sees everything that checks ask for.'

async function listSockets({ socket }: Config): Promise<Candidate[]> {
  const paths = new Set([...(socket === undefined ? [] : [socket]), ...defaultSockets()])
  return Promise.all(
    [...paths].map(async (path): Promise<Candidate> => {
      const what = `socket ${path}`
      const owner = await checkOwner(path)
      if ('why' in owner) return { what, state: owner.absent ? 'absent' : 'refused', why: owner.why }
      const found = await findSocket({ paths: [path] })
      if ('path' in found) return { what, state: 'usable', why: 'osquery answers on it' }
      const [refused] = found.refused
      return { what, state: refused ? 'refused' : 'absent', why: refused?.why ?? `there is no ${path}` }
    }),
  )
}

async function lookForOsquery(): Promise<Candidate> {
  const program = await findOsquery()
  if (program) return { what: `osqueryi ${program}`, state: 'usable', why: 'it can be started for a run' }
  return { what: 'osqueryi', state: 'absent', why: `not on the PATH, nor in ${usualPlaces().join(', ')}` }
}

function lookAtEmbedded(): Candidate {
  const what = 'embedded engine'
  if (isEmbeddable()) return { what, state: 'usable', why: 'a preview of osquery, without osquery' }
  return { what, state: 'absent', why: `it knows Linux only, and this is ${process.platform}` }
}

function advise(info: SourceInfo, asRoot: boolean | null, unjudged: number): string[] {
  return [
    ...(info.preview ? [INSTALL] : []),
    ...(asRoot !== false || info.kind === 'socket'
      ? []
      : ['Run as root: passwords, disks and other users are hidden from others.']),
    ...(unjudged > 0 ? ['The checks above that could not be judged name what each of them lacks.'] : []),
  ]
}
