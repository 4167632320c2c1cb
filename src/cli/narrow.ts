import { forTerminal, loadFrameworks, loadWaivers } from '../app.ts'
import type { Config } from '../config.ts'
import { type AssetAcceptances, addAcceptances } from '../core/asset-acceptances.ts'
import type { Library } from '../core/check.ts'
import { evaluateFramework, type FrameworkResult } from '../core/evaluate-framework.ts'
import { type Framework, referenceOf } from '../core/framework.ts'
import type { RunReport } from '../core/report.ts'
import type { Selection } from '../core/select.ts'
import type { NarrowingOptions } from './options.ts'

interface Narrowed {
  readonly config: Config
  readonly library: Library
  readonly selection: Selection
  /** Those that were read for it; absent where none had to be. */
  readonly frameworks?: readonly Framework[]
}

/** What --profile and --framework make of a selection; frameworks are read only for them. @throws KeelsonError */
export async function narrow({ profile, framework }: NarrowingOptions, given: Narrowed): Promise<Narrowed> {
  if (profile === undefined && framework === undefined) return given
  const { narrowChecks } = await loadFrameworks()
  const narrowed = narrowChecks({ profile, framework }, given)
  if (framework !== undefined) {
    const { config, library } = given
    const { openWaivers, requireSoundWaivers } = await loadWaivers()
    // With the frameworks at hand that attestations must be of, and before anything is run for nothing.
    requireSoundWaivers(openWaivers(config, { library, frameworks: narrowed.frameworks ?? [] }))
  }
  return narrowed
}

/** What a run comes to for the framework that it was narrowed to; undefined without one. */
export async function evaluateNarrowed(
  { framework: name }: NarrowingOptions,
  report: RunReport,
  { config, library, frameworks = [], acceptances }: Narrowed & { readonly acceptances: AssetAcceptances | undefined },
): Promise<FrameworkResult | undefined> {
  if (name === undefined) return undefined
  const { factsOfRun, findFramework } = await loadFrameworks()
  const framework = findFramework(frameworks, name)
  const found = factsOfRun(report, library)
  const facts = acceptances ? addAcceptances(found, framework, acceptances) : found
  return evaluateFramework(framework, { ...facts, strict: config.strict })
}

/** The same in lines for a person. */
export async function tellFramework(result: FrameworkResult): Promise<string> {
  const { describeTally } = await loadFrameworks()
  const told = `${referenceOf(result.framework)}: ${describeTally(result, result.framework.partial)}`
  return `${forTerminal(told, { keepLines: true })}\n`
}
