import type { Command } from 'commander'
import { chooseAsset, formatColumns, formatRows, forTerminal, loadFrameworks, loadWaivers } from '../app.ts'
import { addAcceptances } from '../core/asset-acceptances.ts'
import type { Library } from '../core/check.ts'
import { KeelsonError } from '../core/errors.ts'
import { evaluateFramework, type FrameworkResult, type RequirementResult } from '../core/evaluate-framework.ts'
import { findClosest } from '../core/find-closest.ts'
import { type Framework, type Requirement, referenceOf } from '../core/framework.ts'
import { FORMATS, type FrameworkOptions, openFrameworks } from './open-frameworks.ts'
import { addLibraryOptions, addStateOption } from './options.ts'
import { toJson } from './to-json.ts'
import { withState } from './with-state.ts'

interface Options extends FrameworkOptions {
  status?: boolean
  strict?: boolean
  asset?: string
  state?: string
}

export function addShowFrameworkCommand(frameworks: Command): void {
  const command = frameworks
    .command('show')
    .description('show the requirements of a framework, or one of them, and what is known of them on a machine')
    .argument('<framework>', 'such as nist-800-53@5')
    .argument('[requirement]', 'such as ac-6.5')
    .option('--status', 'what the last known verdicts say of each requirement')
    .option('--asset <asset>', 'with --status: the name or UUID of the machine (default: the one reported last)')
    .option('--strict', 'with --status: let a warning count as failing')
    .option('--format <format>', FORMATS.join(', '))
  addStateOption(addLibraryOptions(command)).action(show)
}

async function show(name: string, requirement: string | undefined, options: Options): Promise<void> {
  const { format, library, app, opened, output, width } = await openFrameworks(options)
  const framework = app.findFramework(opened.frameworks, name)
  const wanted = requirement === undefined ? undefined : findRequirement(framework, requirement)
  const result = await evaluate(framework, { library, frameworks: opened.frameworks, options })
  const results = wanted ? result.requirements.filter((each) => each.requirement === wanted) : result.requirements
  const withStatus = options.status === true
  if (format === 'json') {
    const { partial = null } = framework
    const entries = results.map((each) => (withStatus ? toResultJson(each) : toRequirementJson(each.requirement)))
    const { counts, score, severities } = result
    const told = withStatus && !wanted ? { counts, score, severities } : {}
    output.write(toJson({ framework: referenceOf(framework), partial, ...told, requirements: entries }))
    return
  }
  if (wanted && format === 'table') {
    output.write(describe(results[0] as RequirementResult, framework, library, withStatus, app))
    return
  }
  const { heading, rows } = app.requirementRows(results, withStatus)
  output.write(formatRows(format, heading, rows, width))
  if (withStatus) output.note(`${forTerminal(app.describeTally(result, framework.partial), { keepLines: true })}\n`)
  else if (framework.partial !== undefined) output.note(`partial: ${forTerminal(framework.partial)}\n`)
}

/** Without --status nothing is known of any check. */
async function evaluate(
  framework: Framework,
  { library, frameworks, options }: { library: Library; frameworks: readonly Framework[]; options: Options },
): Promise<FrameworkResult> {
  if (!options.status) return evaluateFramework(framework, { verdictOf: () => undefined })
  const { factsOfAsset } = await loadFrameworks()
  return withState(options, { create: false }, async ({ store, acceptances, config, now }) => {
    const asset = await chooseAsset(store, options.asset)
    const app = await loadWaivers()
    const files = app.requireSoundWaivers(app.openWaivers(config, { library, frameworks }))
    const accepted = await app.readAcceptances({ store, acceptances, files, asset, at: now, now })
    const facts = addAcceptances(await factsOfAsset(store, asset, library, now), framework, accepted)
    return evaluateFramework(framework, { ...facts, strict: config.strict })
  })
}

/** @throws KeelsonError */
function findRequirement(framework: Framework, id: string): Requirement {
  const found = framework.requirements.find((each) => each.id.toLowerCase() === id.toLowerCase())
  if (found) return found
  const closest = findClosest(
    id,
    framework.requirements.map((each) => each.id),
  )
  throw new KeelsonError('unknown-requirement', `${referenceOf(framework)} has no requirement ${id}`, {
    hint: closest ? `did you mean ${closest}?` : `checks frameworks show ${referenceOf(framework)} lists them`,
  })
}

type FrameworkApp = Awaited<ReturnType<typeof loadFrameworks>>

function describe(
  { requirement, status, checks, attestation, below }: RequirementResult,
  framework: Framework,
  library: Library,
  withStatus: boolean,
  app: FrameworkApp,
): string {
  const verdicts = new Map(checks.map(({ check, verdict }) => [check, verdict ?? 'not asked']))
  const told = status === null ? '' : app.STATUS_WORDS[status]
  const facts = [
    ['requirement', `${requirement.id} of ${referenceOf(framework)}`],
    ['title', requirement.title ?? ''],
    ['under', requirement.parent ?? ''],
    ['measure', requirement.heading ? 'a heading' : app.MEASURE_WORDS[requirement.measure]],
    ['reason', requirement.reason ?? ''],
    ['status', withStatus ? told : ''],
    ['attested', attestation ? `by ${attestation.by}, until ${attestation.until}` : ''],
    ['below', withStatus && below?.score ? app.showScore(below.score) : ''],
  ]
  const named = requirement.checks.map((id) => {
    const check = library.checks.find((each) => each.id === id)
    const verdict = withStatus ? [verdicts.get(id) ?? 'says nothing of this platform'] : []
    return [`  ${id}`, check?.severity ?? 'not in the library', ...verdict, check?.title ?? '']
  })
  const heading = named.length > 0 ? '\nchecks that support it:\n' : ''
  return `${formatColumns(facts.filter(([, value]) => value !== ''))}${heading}${formatColumns(named)}`
}

export function toRequirementJson({ place, title, parent, reason, ...rest }: Requirement) {
  return { ...rest, title: title ?? null, parent: parent ?? null, reason: reason ?? null }
}

function toResultJson({ requirement, status, checks, attestation, below }: RequirementResult) {
  const own = toRequirementJson(requirement)
  return { ...own, status, findings: checks, attestation: attestation ?? null, below: below ?? null }
}
