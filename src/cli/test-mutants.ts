import { createPaint, foldersOf, forTerminal, loadMutation, type MutationReport } from '../app.ts'
import type { Config } from '../config.ts'
import type { Library } from '../core/check.ts'
import { EXIT } from '../core/errors.ts'
import type { Selection } from '../core/select.ts'
import { requireSome } from './options.ts'
import type { Output } from './output.ts'
import { toJson } from './to-json.ts'

export interface MutantOptions {
  readonly format: 'text' | 'json'
  readonly accept?: string
  readonly verbose?: boolean
}

/** Shows which mistakes the tests of checks would not notice. */
export async function testMutants(
  config: Config,
  library: Library,
  selection: Selection,
  output: Output,
  { format, accept, verbose = false }: MutantOptions,
): Promise<void> {
  const progress = (text: string) => output.watched && output.note(`\r\u001b[K${text}`)
  const { mutateTests } = await loadMutation()
  progress('mutating')
  const report = await mutateTests(library, selection, {
    folders: foldersOf(config),
    onProgress: (done, of) => progress(`mutating ${done}/${of}`),
    ...(accept === undefined ? {} : { accept }),
  })
  progress('')
  requireSome(report.results, 'nothing was mutated')
  output.write(format === 'json' ? toJson(report) : describeReport(report, output.color, verbose))
  process.exitCode = isGood(report) ? EXIT.ok : EXIT.failing
}

function isGood({ results, stale }: MutationReport): boolean {
  return stale.length === 0 && results.every((result) => result.problem === undefined && leftOf(result).length === 0)
}

type Result = MutationReport['results'][number]

/** The survivors that nobody has accepted. */
function leftOf({ survivors }: Result) {
  return survivors.filter(({ accepted }) => accepted === undefined)
}

function describeReport({ results, stale }: MutationReport, color: boolean, verbose: boolean): string {
  const paint = createPaint(color)
  const bad = paint('fail', '✗')
  const lines = results.flatMap((result) => {
    const { kind, name, killed, survivors, problem, hint } = result
    const owner = forTerminal(kind === 'check' ? name : `template ${name}`)
    if (problem !== undefined)
      return [`${bad} ${forTerminal(problem)}`, ...(hint ? [`  hint: ${forTerminal(hint)}`] : [])]
    const shown = verbose ? survivors : leftOf(result)
    const good = leftOf(result).length === 0
    if (good && !verbose) return []
    const accepted = survivors.length - leftOf(result).length
    return [
      `${good ? paint('pass', '✓') : bad} ${owner}: ${killed} killed, ${leftOf(result).length} survived${accepted > 0 ? `, ${accepted} accepted` : ''}`,
      ...shown.flatMap(({ mutant, place, closest, accepted: reason }) => [
        `  ${forTerminal(mutant)}`,
        `    ${forTerminal(reason === undefined ? describeClosest(closest) : `accepted: ${reason}`)}`,
        `    at ${forTerminal(place.file)}:${place.line}:${place.column}`,
      ]),
    ]
  })
  const sum = (count: (result: Result) => number) => results.reduce((total, result) => total + count(result), 0)
  const left = sum((result) => leftOf(result).length)
  const accepted = sum(({ survivors }) => survivors.length) - left
  return `${[
    ...lines,
    ...stale.map(
      ({ name, mutant, place }) =>
        `${bad} ${forTerminal(`${name}: "${mutant}" is accepted, but does not survive: remove it`)}\n  at ${forTerminal(place.file)}:${place.line}:${place.column}`,
    ),
    `${sum(({ killed }) => killed)} mutants killed, ${left} survived${accepted > 0 ? `, ${accepted} accepted` : ''}`,
  ].join('\n')}\n`
}

function describeClosest(closest: Result['survivors'][number]['closest']): string {
  if (!closest) return 'no test comes to it'
  const { check, test, otherwise } = closest
  const how = otherwise ? 'a clause answers otherwise, but the verdict stays' : 'it judges rows, and answers the same'
  return `closest is the test "${test}" of ${check}: ${how}`
}
