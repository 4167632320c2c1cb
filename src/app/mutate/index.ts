import type { Library, Place } from '../../core/check.ts'
import type { Selection } from '../../core/select.ts'
import { selectFrom } from '../library.ts'
import type { MutationResult, Survivor } from './find-survivors.ts'
import { locateMutant } from './locate-mutant.ts'
import { type MutateOptions, mutateLibrary, tasksOf } from './mutate-library.ts'
import { type AcceptedMutant, readAccepted } from './read-accepted.ts'

export type { AcceptedMutant } from './read-accepted.ts'

/** A survivor with its place, and why it is accepted, if it is. */
export interface ReportedSurvivor extends Survivor {
  readonly place: Place
  readonly accepted?: string
}

export interface MutationReport {
  readonly results: readonly (Omit<MutationResult, 'survivors'> & { readonly survivors: readonly ReportedSurvivor[] })[]
  /** Accepted mutants that do not survive, or that nothing makes any more. */
  readonly stale: readonly AcceptedMutant[]
}

/** Changes the selected checks, and the templates that they use, in small ways, and tells what their tests overlook. */
export async function mutateTests(
  library: Library,
  selection: Selection,
  { accept, ...options }: MutateOptions & { readonly accept?: string },
): Promise<MutationReport> {
  const accepted = accept === undefined ? [] : readAccepted(accept)
  const { platform } = selection
  const results = await mutateLibrary(library, tasksOf(selectFrom(library, selection), library, platform), options)
  const used = new Set<AcceptedMutant>()
  const reported = results.map((result) => ({
    ...result,
    survivors: result.survivors.map((survivor): ReportedSurvivor => {
      const known = accepted.find(
        ({ kind, name, mutant }) => kind === result.kind && name === result.name && mutant === survivor.mutant,
      )
      if (known) used.add(known)
      const place = locateMutant(placeOf(library, result), survivor)
      return { ...survivor, place, ...(known && { accepted: known.reason }) }
    }),
  }))
  const mutated = new Set(results.map(({ kind, name }) => `${kind} ${name}`))
  const known = new Set([
    ...library.checks.map(({ id }) => `check ${id}`),
    ...[...library.templates.keys()].map((name) => `template ${name}`),
  ])
  const stale = accepted.filter((entry) => {
    const owner = `${entry.kind} ${entry.name}`
    const isAside = platform !== undefined && !entry.mutant.startsWith(`${platform} `)
    return !used.has(entry) && !isAside && (mutated.has(owner) || !known.has(owner))
  })
  return { results: reported, stale }
}

function placeOf({ checks, templates }: Library, { kind, name }: Pick<MutationResult, 'kind' | 'name'>): Place {
  const definition = kind === 'check' ? checks.find(({ id }) => id === name) : templates.get(name)
  if (!definition) throw new RangeError(`no ${kind} ${name}`)
  return definition.place
}
