import type { FrameworkResult, RequirementResult } from '../core/evaluate-framework.ts'
import { referenceOf } from '../core/framework.ts'
import { forMarkdown } from './escape.ts'
import { describeTally, STATUS_WORDS } from './framework-rows.ts'

const MOST_REQUIREMENTS = 100

/** What the checks come to for a framework, and the requirements that somebody has to look at. */
export function frameworkSection(result: FrameworkResult): string[] {
  const { framework, requirements } = result
  const troubled = requirements.filter(({ status }) => status === 'not_met' || status === 'waived')
  const shown = troubled.slice(0, MOST_REQUIREMENTS)
  const tally = describeTally(result, framework.partial).split('\n').map(forMarkdown)
  return [
    `### ${forMarkdown(`${framework.title} (${referenceOf(framework)})`)}`,
    tally.join('  \n'),
    ...(shown.length > 0 ? [tableOf(shown)] : []),
    ...(shown.length < troubled.length ? [`… and ${troubled.length - shown.length} more`] : []),
  ]
}

function tableOf(requirements: readonly RequirementResult[]): string {
  const rows = requirements.map(({ requirement: { id, title = '' }, status, checks }) => {
    const failing = checks.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn').map(({ check }) => check)
    const cells = [id, title, status === null ? '' : STATUS_WORDS[status], failing.join(', ')]
    return `| ${cells.map(forMarkdown).join(' | ')} |`
  })
  return ['| Requirement | Title | Status | Checks |', '| --- | --- | --- | --- |', ...rows].join('\n')
}
