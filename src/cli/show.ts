import type { Command } from 'commander'
import {
  forTerminal,
  MissingParamError,
  openLibrary,
  openWorkbench,
  paramsOf,
  requireSound,
  selectFrom,
  type Workbench,
} from '../app.ts'
import type { Config } from '../config.ts'
import type { Check, Clause, Comparisons, Need, Platform, Verified } from '../core/check.ts'
import { addContentOptions, type ContentOptions, toConfig } from './options.ts'
import { chooseFormat, openOutput } from './output.ts'
import { toJson } from './to-json.ts'

export function addShowCommand(program: Command): void {
  const command = program
    .command('show')
    .description('show one check: why, how, how to fix, parameters, tests')
    .argument('<check>', "the check's id")
    .option('--format <format>', 'text, json')
  addContentOptions(command).action(show)
}

async function show(id: string, options: ContentOptions & { format?: string }): Promise<void> {
  const format = chooseFormat(options.format, ['text', 'json'])
  const output = openOutput()
  const config = toConfig(options)
  const library = requireSound(openLibrary(config))
  const checks = selectFrom(library, { patterns: [id], tags: [] })
  const workbench = await openWorkbench(config, library)
  if (format === 'json') {
    const entries = checks.map((check) => ({
      ...check,
      params: describeParams(check, valuesOf(check, config)),
      versions: versionsOf(check, workbench),
    }))
    output.write(toJson(entries.length === 1 ? entries[0] : entries))
    return
  }
  output.write(`${checks.map((check) => describeCheck(check, workbench, valuesOf(check, config))).join('\n\n')}\n`)
}

function describeParams(check: Check, values: Readonly<Record<string, unknown>>) {
  return Object.entries(check.params).map(([name, spec]) => ({ name, ...spec, value: values[name] ?? null }))
}

/** What is not set is shown as such: whoever wants to set it looks here. */
function valuesOf(check: Check, config: Config): Readonly<Record<string, unknown>> {
  try {
    return paramsOf(check, config)
  } catch (error) {
    if (error instanceof MissingParamError) return {}
    throw error
  }
}

function versionsOf(check: Check, workbench: Workbench): Partial<Record<Platform, string>> {
  const platforms = Object.keys(check.platforms) as Platform[]
  try {
    return Object.fromEntries(platforms.map((platform) => [platform, workbench.compile(check, platform).version]))
  } catch (error) {
    if (error instanceof MissingParamError) return {}
    throw error
  }
}

function describeCheck(check: Check, workbench: Workbench, values: Readonly<Record<string, unknown>>): string {
  const versions = versionsOf(check, workbench)
  const params = describeParams(check, values).map(
    ({ name, type, value, description }) =>
      `  ${name} (${type}) = ${JSON.stringify(value)}${description ? `  ${description}` : ''}`,
  )
  const platforms = (Object.keys(check.platforms) as Platform[]).flatMap((platform) => {
    const clause = check.platforms[platform]
    if (!clause) return []
    const fix = clause.fix === undefined ? [] : [`  Fix: ${indent(clause.fix.trim(), 7)}`]
    return [
      '',
      `${platform} (${versions[platform] ? `version ${versions[platform]}` : 'a parameter is not set'})`,
      ...describeClause(clause, 1),
      ...fix,
      ...(clause.source ?? []).map((each) => `  Source: ${indent(each.trim(), 10)}`),
      `  Seen: ${describeVerified(clause.verified)}`,
    ]
  })
  const tests = check.tests.map(({ platform, name, verdict }) => `  ${platform}: ${name} → ${verdict}`)
  return forTerminal(
    [
      check.title,
      `${check.id} · ${check.severity}${check.tags.length > 0 ? ` · ${check.tags.join(', ')}` : ''} · schedule ${check.schedule ?? 'default'}`,
      `${check.place.file}:${check.place.line}`,
      ...(check.severityReason ? [`Severity: ${indent(check.severityReason.trim(), 10)}`] : []),
      ...(check.source ?? []).map((each) => `Source: ${indent(each.trim(), 8)}`),
      ...(check.why ? ['', `Why: ${indent(check.why.trim(), 5)}`] : []),
      ...(check.fix ? ['', `Fix: ${indent(check.fix.trim(), 5)}`] : []),
      ...(params.length > 0 ? ['', 'Parameters', ...params] : []),
      ...platforms,
      ...(tests.length > 0 ? ['', 'Tests', ...tests] : []),
    ].join('\n'),
    { keepLines: true },
  )
}

function describeVerified(verified: Verified | undefined): string {
  if (!verified) return 'unseen: nobody has watched it pass or fail on such a system yet'
  const parts = (['pass', 'fail'] as const).map((verdict) => {
    const systems = verified[verdict]
    return systems.length > 0 ? `to ${verdict} on ${systems.join(', ')}` : `not yet to ${verdict}`
  })
  return parts.join('; ')
}

function describeClause(clause: Clause, depth: number): string[] {
  const pad = '  '.repeat(depth)
  const gates = [
    ...(clause.title === undefined ? [] : [`${pad}${clause.title}:`]),
    ...(clause.when === undefined
      ? []
      : [`${pad}when: ${indent(clause.when.sql.trim(), pad.length + 6)}${because(clause.when)}`]),
    ...(clause.needs ?? []).map((need) => `${pad}needs: ${indent(need.sql.trim(), pad.length + 7)}${because(need)}`),
  ]
  for (const word of ['all', 'any', 'first'] as const) {
    const parts = clause[word]
    if (parts) return [...gates, `${pad}${word} of`, ...parts.flatMap((part) => describeClause(part, depth + 1))]
  }
  if (clause.not) return [...gates, `${pad}not`, ...describeClause(clause.not, depth + 1)]
  if (clause.use) return [...gates, `${pad}${clause.use} ${clause.with ? JSON.stringify(clause.with) : ''}`.trimEnd()]
  if (clause.sql) return [...gates, `${pad}${indent(clause.sql.trim(), pad.length)}`]
  const where = describeComparisons(clause.where)
  const expect = describeComparisons(clause.expect)
  return [
    ...gates,
    `${pad}${clause.table}${where ? ` where ${where}` : ''}: ${clause.match ?? 'all'} with ${expect || 'a row'}`,
  ]
}

function because({ reason }: Need): string {
  return reason === undefined ? '' : ` (otherwise: ${reason})`
}

function describeComparisons(comparisons: Comparisons | undefined): string {
  return Object.entries(comparisons ?? {})
    .map(([column, comparison]) => `${column} ${JSON.stringify(comparison)}`)
    .join(', ')
}

function indent(text: string, by: number): string {
  return text.replaceAll('\n', `\n${' '.repeat(by)}`)
}
