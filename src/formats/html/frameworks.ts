import { SEVERITIES } from '../../core/check.ts'
import type { ReportedItem } from '../../core/compliance-report.ts'
import type { FrameworkResult, RequirementResult, Score } from '../../core/evaluate-framework.ts'
import { listBelow, listChildren, referenceOf } from '../../core/framework.ts'
import { STATUS_WORDS } from '../framework-rows.ts'
import { html, square } from './text.ts'

/** A framework: what it comes to, its families with a square for each check, and every requirement. */
export function frameworkSection(result: FrameworkResult, items: ReadonlyMap<string, ReportedItem>): string {
  const { framework } = result
  const reference = referenceOf(framework)
  return `<section class="card" aria-labelledby="framework-${html(reference)}">
<h3 id="framework-${html(reference)}">${html(framework.title)}</h3>
${scoreOf(result)}
${groupsOf(result, items)}
<details><summary>Every requirement of ${html(reference)}</summary>${requirementsOf(result)}</details>
<p class="small quiet">The list is from: ${framework.source.map(html).join('; ')}. ${html(framework.licence)}. Checks support a requirement; they never prove it by themselves.</p>
</section>`
}

function scoreOf({ framework, score, counts, severities }: FrameworkResult): string {
  if (framework.partial !== undefined || !score) {
    return `<p>Its list is not whole here, so that it has no score: ${html(framework.partial ?? '')}</p>`
  }
  const untold = counts.unmeasured + counts.attested
  const parts = [
    counts.not_met > 0 ? `${counts.not_met} not met` : '',
    counts.waived > 0 ? `${counts.waived} not met, which is accepted` : '',
    counts.unknown > 0 ? `${counts.unknown} unknown` : '',
  ].filter((part) => part !== '')
  const bySeverity = severities
    ? [...SEVERITIES].reverse().flatMap((severity) => {
        const { reached, of } = severities[severity] as Score
        return of > 0 ? [`${reached} of ${of} ${severity}`] : []
      })
    : []
  return `<p><strong>${score.reached} of ${score.of}</strong> requirements that checks say something of are met or supported${parts.length > 0 ? `; ${parts.join(', ')}` : ''}.
Of <strong>${untold}</strong> others no check says anything${counts.attested > 0 ? `; for ${counts.attested} of these somebody vouches` : ''}${counts.not_applicable > 0 ? `, and ${counts.not_applicable} do not apply here` : ''}.</p>
${bySeverity.length > 0 ? `<p class="small quiet">Checks that pass, by severity: ${bySeverity.join(', ')}.</p>` : ''}`
}

function groupsOf({ framework, requirements }: FrameworkResult, items: ReadonlyMap<string, ReportedItem>): string {
  const children = listChildren(framework)
  const results = new Map(requirements.map((each) => [each.requirement.id, each]))
  const groups = (children.get(undefined) ?? []).map((top) => {
    const below = listBelow(top, children)
    const checks = [...new Set(below.flatMap((each) => each.checks))].flatMap((check) => items.get(check) ?? [])
    const tally = results.get(top.id)?.below
    const told = tally?.score && tally.score.of > 0 ? `${tally.score.reached} of ${tally.score.of}` : ''
    const unmeasured = below.filter(({ id, heading }) => !heading && results.get(id)?.status === 'unmeasured').length
    return { top, checks, told, unmeasured }
  })
  const rows = groups
    .filter(({ checks }) => checks.length > 0)
    .map(({ top, checks, told, unmeasured }) => {
      const notes = [told, unmeasured > 0 ? `${unmeasured} not measured` : ''].filter((note) => note !== '')
      return `<div class="group"><div><h4>${html(top.id)} ${html(top.title ?? '')}</h4><span class="quiet">${notes.join(', ')}</span></div>
<ul class="squares">${checks.map(square).join('')}</ul></div>`
    })
  const silent = groups.filter(({ checks }) => checks.length === 0).map(({ top }) => top.title ?? top.id)
  const rest =
    silent.length > 0 ? `<p class="small quiet">No check says anything of: ${silent.map(html).join(', ')}.</p>` : ''
  return rows.join('') + rest
}

function requirementsOf({ requirements }: FrameworkResult): string {
  const rows = requirements.map(({ requirement, status, checks, attestation }: RequirementResult) => {
    const { id, title = '', heading } = requirement
    if (heading) return `<tr><th scope="rowgroup" colspan="4">${html(id)} ${html(title)}</th></tr>`
    const named = checks.map(({ check }) => `<code>${html(check)}</code>`).join(' ')
    const vouched = attestation ? `by ${html(attestation.by)} until ${html(attestation.until)}` : ''
    return `<tr><td>${html(id)}</td><td>${html(title)}</td><td>${status ? STATUS_WORDS[status] : ''} ${vouched}</td><td>${named}</td></tr>`
  })
  return `<div class="scroll"><table><thead><tr><th scope="col">id</th><th scope="col">requirement</th><th scope="col">status</th><th scope="col">checks</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}
