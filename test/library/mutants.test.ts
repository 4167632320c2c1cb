import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { BUILT_IN } from '../../src/app/library.ts'
import { mutateLibrary } from '../../src/app/mutate/mutate-library.ts'
import type { MutationTask } from '../../src/app/mutate/mutate-one.ts'
import { readAccepted } from '../../src/app/mutate/read-accepted.ts'
import { loadLibrary } from '../../src/content/load.ts'

const accepted = readAccepted(fileURLToPath(new URL('./mutants.yaml', import.meta.url)))
const library = loadLibrary([BUILT_IN])

const tasks: readonly MutationTask[] = [
  ...[...library.templates.keys()].map((name) => ({ kind: 'template' as const, name })),
  ...library.checks.map(({ id }) => ({ kind: 'check' as const, name: id })),
]

describe('the tests of the library', () => {
  it('notice every mistake in its templates and checks but those accepted, each of which there still is', async () => {
    const results = await mutateLibrary(library, tasks, { folders: [BUILT_IN] })
    const survivors = results.flatMap(({ kind, name, survivors }) =>
      survivors.map(({ mutant }) => ({ kind, name, mutant })),
    )
    const describeOne = ({ kind, name, mutant }: (typeof survivors)[number]) => `${kind} ${name}: ${mutant}`
    expect(results.flatMap(({ problem }) => problem ?? [])).toEqual([])
    expect(survivors.map(describeOne).sort()).toEqual(accepted.map(describeOne).sort())
  }, 600_000)
})
