import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { BUILT_IN } from '../../src/app/library.ts'
import { mutateLibrary } from '../../src/app/mutate/mutate-library.ts'
import type { MutationTask } from '../../src/app/mutate/mutate-one.ts'
import { readAccepted } from '../../src/app/mutate/read-accepted.ts'
import { loadLibrary } from '../../src/content/load.ts'

/** Checks that stand for all of them; `npm run mutate` does the whole library. */
const SOME = ['kernel-log-restricted', 'software-forbidden', 'uac-on', 'user-ids-unique']

const accepted = readAccepted(fileURLToPath(new URL('./mutants.yaml', import.meta.url)))
const library = loadLibrary([BUILT_IN])

/** The mutants of these that no test notices, and nobody has accepted. */
async function survivorsOf(tasks: readonly MutationTask[]): Promise<string[]> {
  const results = await mutateLibrary(library, tasks, { folders: [BUILT_IN] })
  return results.flatMap(({ kind, name, survivors, problem }) => [
    ...(problem === undefined ? [] : [problem]),
    ...survivors
      .filter(({ mutant }) => !accepted.some((one) => one.kind === kind && one.name === name && one.mutant === mutant))
      .map(({ mutant }) => `${name}: ${mutant}`),
  ])
}

describe('the tests of the library', () => {
  it('notice every mistake in its templates', async () => {
    const tasks = [...library.templates.keys()].map((name): MutationTask => ({ kind: 'template', name }))
    expect(await survivorsOf(tasks)).toEqual([])
  }, 600_000)

  it('notice every mistake in some of its checks', async () => {
    expect(await survivorsOf(SOME.map((name) => ({ kind: 'check', name })))).toEqual([])
  })
})
