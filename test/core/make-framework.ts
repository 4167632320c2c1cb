import type { Framework, Requirement } from '../../src/core/framework.ts'

const PLACE = { file: 'frameworks/example@1.yaml', line: 1, column: 1 }

/** A requirement: partly measured where it names checks, else attested, unless it says otherwise. */
export function makeRequirement(given: Partial<Requirement> & Pick<Requirement, 'id'>): Requirement {
  const checks = given.checks ?? []
  return { heading: false, measure: checks.length > 0 ? 'partly' : 'attested', checks, place: PLACE, ...given }
}

export function makeFramework(
  requirements: readonly (Partial<Requirement> & Pick<Requirement, 'id'>)[],
  given: Partial<Framework> = {},
): Framework {
  return {
    id: 'example',
    version: '1',
    title: 'An example',
    publisher: 'Nobody',
    source: ['invented for a test'],
    licence: 'public domain',
    titles: 'own',
    formerly: [],
    requirements: requirements.map(makeRequirement),
    place: PLACE,
    ...given,
  }
}
