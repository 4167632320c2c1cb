import type { FrameworkResult } from '../core/evaluate-framework.ts'
import { referenceOf } from '../core/framework.ts'
import { describeAsset, describeReason, describeRows, describeSource, elapsedOf } from './describe.ts'
import { describeWaiver } from './describe-waiver.ts'
import { forTerminal, forXml } from './escape.ts'
import type { FormattedReport, FormattedResult } from './formatted-report.ts'
import { describeTally } from './framework-rows.ts'
import { plainProse } from './prose-text.ts'
import type { ReportOptions } from './report-options.ts'

const MOST_ROWS = 20

type Outcome = 'failure' | 'error' | 'skipped' | 'note' | 'passed'

/**
 * JUnit's XML, as CI servers read it: one suite `keelson`, a case per check. Fail is a failure, error an error, not
 * applicable is skipped, and so is a failure that is waived; a warning passes with a note, or is a failure when `strict`.
 */
export function formatJunit(report: FormattedReport, { strict = false }: ReportOptions = {}): string {
  const outcomes = report.results.map((result) => outcomeOf(result, strict))
  const count = (outcome: Outcome): number => outcomes.filter((other) => other === outcome).length
  const counts = attributes({
    name: 'keelson',
    tests: outcomes.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: ((elapsedOf(report) ?? 0) / 1000).toFixed(3),
    timestamp: withoutZone(report.startedAt),
  })
  const hostname = attributes({ hostname: report.asset.name || 'unknown' })
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${counts}>`,
    `  <testsuite${counts}${hostname}>`,
    ...properties(report),
    ...report.results.flatMap((result, index) => testCase(result, outcomes[index] as Outcome)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function outcomeOf({ verdict, waiver }: FormattedResult, strict: boolean): Outcome {
  if (waiver) return 'skipped'
  if (verdict === 'pass') return 'passed'
  if (verdict === 'warn') return strict ? 'failure' : 'note'
  if (verdict === 'not_applicable') return 'skipped'
  return verdict === 'fail' ? 'failure' : 'error'
}

function properties(report: FormattedReport): string[] {
  const { asset, source, frameworks = [] } = report
  const known = {
    asset: describeAsset(report),
    uuid: asset.uuid,
    platform: asset.platform,
    source: describeSource(source),
    ...Object.fromEntries(frameworks.map((each) => [referenceOf(each.framework), tallyOf(each)])),
  }
  const entries = Object.entries(known).filter(([, value]) => value !== '')
  const lines = entries.map(([name, value]) => `      <property${attributes({ name, value })}/>`)
  return ['    <properties>', ...lines, '    </properties>']
}

/** One line: an attribute holds no other. */
function tallyOf(result: FrameworkResult): string {
  return describeTally(result, result.framework.partial).replaceAll('\n', '; ')
}

function testCase(result: FormattedResult, outcome: Outcome): string[] {
  // Single checks are not timed, since they travel together; some readers insist on the attribute.
  const named = attributes({
    classname: result.tags[0] ?? 'checks',
    name: `${result.check}: ${result.title}`,
    time: '0',
  })
  if (outcome === 'passed') return [`    <testcase${named}/>`]
  return [`    <testcase${named}>`, outcomeElement(result, outcome), '    </testcase>']
}

function outcomeElement(result: FormattedResult, outcome: Outcome): string {
  const reason = describeReason(result) ?? result.verdict
  const message = result.waiver ? `waived ${describeWaiver(result)}: ${reason}` : reason
  if (outcome === 'skipped') return `      <skipped${attributes({ message })}/>`
  const lines = bodyOf(result).map((line) => forXml(forTerminal(line)))
  if (outcome === 'note')
    return `      <system-out>${[`warning: ${forXml(forTerminal(message))}`, ...lines].join('\n')}</system-out>`
  const type = outcome === 'error' ? 'error' : `${result.verdict}.${result.severity}`
  return `      <${outcome}${attributes({ message, type })}>${lines.join('\n')}</${outcome}>`
}

function bodyOf(result: FormattedResult): string[] {
  const rows = describeRows(result, MOST_ROWS).map((line) => `  ${line}`)
  const fix = result.fix ? plainProse(result.fix).map((line) => `  ${line}`) : []
  return [
    `severity: ${result.severity}`,
    ...(rows.length > 0 ? ['found:', ...rows] : []),
    ...(fix.length > 0 ? ['fix:', ...fix] : []),
  ]
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  const entries = Object.entries(values).filter(([, value]) => value !== '')
  return entries.map(([name, value]) => ` ${name}="${forXml(forTerminal(String(value)))}"`).join('')
}

/** JUnit's schema wants a time without a zone; it is UTC. */
function withoutZone(time: string): string {
  return Number.isNaN(Date.parse(time)) ? '' : new Date(time).toISOString().slice(0, 19)
}
