import { type Check, type Library, PLATFORMS, type Place, type Platform, type Template } from '../../core/check.ts'
import { KeelsonError } from '../../core/errors.ts'
import { type Mutant, mutateDefinition } from '../../sql/mutate-definition.ts'
import type { SchemaEngine } from '../../sql/schema-engine.ts'
import {
  type Attempt,
  FailingTest,
  type MutationContext,
  type Rehearsal,
  rehearse,
  tryMutant,
} from '../../sql/try-mutant.ts'
import { paramsOf } from '../params.ts'
import { templatesUsed } from '../templates-used.ts'

/** A mutant that no test notices. */
export interface Survivor {
  readonly platform: Platform | undefined
  /** Where and what, such as `linux all[0].where.uid: eq → ne`; unique in its definition. */
  readonly mutant: string
  readonly path: Mutant['path']
  readonly offset: number
  /** The test that came closest; absent: none comes to the clause. */
  readonly closest?: {
    readonly check: string
    readonly test: string
    readonly place: Place
    /** Whether its clauses answered otherwise, though the verdict stayed. */
    readonly otherwise: boolean
  }
}

/** What became of the mutants of one check or template. */
export interface MutationResult {
  readonly kind: 'check' | 'template'
  readonly name: string
  readonly killed: number
  readonly survivors: readonly Survivor[]
  /** Why nothing was mutated: a test fails of itself. */
  readonly problem?: string
  readonly hint?: string
}

const UNSET = { params: {}, textParams: {}, file: undefined }

/** Mutates one check, or one template through the checks that use it; on one platform, if it is named. @throws KeelsonError when a test fails of itself */
export function findSurvivors(
  definition: Check | Template,
  library: Library,
  engineOf: (platform: Platform) => SchemaEngine,
  only?: Platform,
): MutationResult {
  const isCheck = 'id' in definition
  const users = isCheck ? [definition] : usersOf(definition, library)
  const contextOf = (platform: Platform, templates = library.templates): MutationContext => ({
    engine: engineOf(platform),
    templates,
    valuesOf: (check, test) => paramsOf(check, UNSET, test.params),
  })
  const platforms = PLATFORMS.filter((platform) => (only ?? platform) === platform)
  const rehearsals = new Map(
    platforms.map((platform) => [
      platform,
      users.flatMap((check) => rehearseOn(platform, check, contextOf(platform)) ?? []),
    ]),
  )
  let killed = 0
  const survivors: Survivor[] = []
  const named = new Map<string, number>()
  for (const mutant of mutateDefinition(definition)) {
    const changed = mutant.definition
    const attempts = platforms
      .filter((platform) => (mutant.platform ?? platform) === platform)
      .flatMap((platform) => {
        const templates = 'id' in changed ? library.templates : new Map(library.templates).set(changed.name, changed)
        const context = contextOf(platform, templates)
        return tryOnUsers(rehearsals.get(platform) ?? [], (check) => ('id' in changed ? changed : check), context)
      })
    const name = nameMutant(mutant)
    const nth = (named.get(name) ?? 0) + 1
    named.set(name, nth)
    if (attempts.some(({ outcome }) => outcome === 'killed')) {
      killed++
      continue
    }
    const survived = attempts.filter((attempt) => attempt.outcome === 'survived')
    if (survived.length === 0) continue
    const closest =
      survived.find((attempt) => attempt.closest?.isOtherwise) ??
      survived.find((attempt) => attempt.closest !== undefined)
    survivors.push({
      platform: mutant.platform,
      mutant: nth === 1 ? name : `${name} (${nth})`,
      path: mutant.path,
      offset: mutant.offset,
      ...(closest?.closest && {
        closest: {
          check: closest.check,
          test: closest.closest.test.name,
          place: closest.closest.test.place,
          otherwise: closest.closest.isOtherwise,
        },
      }),
    })
  }
  return { kind: isCheck ? 'check' : 'template', name: isCheck ? definition.id : definition.name, killed, survivors }
}

/** One attempt for each check that says something of the mutant; they end with the first that kills it. */
function tryOnUsers(
  rehearsals: Rehearsal[],
  mutatedOf: (check: Check) => Check,
  context: MutationContext,
): (Attempt & { readonly check: string })[] {
  const attempts: (Attempt & { readonly check: string })[] = []
  for (const rehearsal of rehearsals) {
    const attempt = tryMutant(rehearsal, mutatedOf(rehearsal.check), context)
    attempts.push({ ...attempt, check: rehearsal.check.id })
    if (attempt.outcome === 'killed') {
      // Whose tests have noticed one mistake is asked first about the next.
      rehearsals.sort((one, other) => Number(other === rehearsal) - Number(one === rehearsal))
      break
    }
  }
  return attempts
}

function usersOf({ name }: Template, { checks, templates }: Library): Check[] {
  return checks.filter((check) => templatesUsed(check, templates).has(name))
}

function rehearseOn(platform: Platform, check: Check, context: MutationContext): Rehearsal | undefined {
  const tests = check.tests.filter((test) => test.platform === platform)
  if (tests.length === 0) return undefined
  try {
    return rehearse(check, tests, context)
  } catch (error) {
    if (!(error instanceof FailingTest)) throw error
    throw new KeelsonError('failing-test', `${check.id}: ${error.message}, so its mutants tell nothing`, {
      hint: `checks test ${check.id} says what is wrong`,
    })
  }
}

function nameMutant({ path: [top, ...steps], change }: Mutant): string {
  const path = top === 'platforms' ? steps : [top, ...steps]
  return `${path.map((step, at) => (typeof step === 'number' ? `[${step}]` : at === 0 ? step : at === 1 && top === 'platforms' ? ` ${step}` : `.${step}`)).join('')}: ${change}`
}
