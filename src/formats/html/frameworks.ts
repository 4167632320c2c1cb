import { SEVERITIES } from '../../core/check.ts'
import { compareItems, type ReportedItem } from '../../core/compliance-report.ts'
import type { FrameworkResult, RequirementResult, RequirementStatus, Score } from '../../core/evaluate-framework.ts'
import { type Framework, type Requirement, referenceOf } from '../../core/framework.ts'
import { STATUS_WORDS } from '../framework-rows.ts'
import { anchorOf, html, square } from './text.ts'

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
  const results = new Map(requirements.map((each) => [each.requirement.id, each]))
  const groups = groupRequirements(framework).map(({ head, members }) => {
    const statuses = members.map(({ id }) => results.get(id)?.status)
    const count = (...wanted: readonly RequirementStatus[]) =>
      statuses.filter((status) => status && wanted.includes(status)).length
    const reached = count('met', 'supported')
    const of = reached + count('not_met', 'waived', 'unknown')
    const checks = [...new Set(members.flatMap((each) => each.checks))].flatMap((check) => items.get(check) ?? [])
    return {
      head,
      checks: checks.sort(compareItems),
      told: of > 0 ? `${reached} of ${of}` : '',
      unmeasured: count('unmeasured'),
    }
  })
  const rows = groups
    .filter(({ checks }) => checks.length > 0)
    .map(({ head, checks, told, unmeasured }) => {
      const notes = [html(head.id), told, unmeasured > 0 ? `${unmeasured} not measured` : ''].filter(
        (note) => note !== '',
      )
      return `<div class="group"><div><h4>${html(head.title ?? head.id)}</h4><span class="quiet">${notes.join(' · ')}</span></div>
<ul class="squares">${checks.map(square).join('')}</ul></div>`
    })
  const silent = groups.filter(({ checks }) => checks.length === 0).map(({ head }) => head.title ?? head.id)
  const rest =
    silent.length > 0 ? `<p class="small quiet">No check says anything of: ${silent.map(html).join(', ')}.</p>` : ''
  return rows.join('') + rest
}

/** Requirements by the nearest heading above them; those under none by the requirement at the top. */
function groupRequirements({ requirements }: Framework): { head: Requirement; members: Requirement[] }[] {
  const byId = new Map(requirements.map((each) => [each.id, each]))
  const headOf = (requirement: Requirement): Requirement => {
    const parent = requirement.parent === undefined ? undefined : byId.get(requirement.parent)
    return requirement.heading || !parent ? requirement : headOf(parent)
  }
  const groups = new Map<string, { head: Requirement; members: Requirement[] }>()
  for (const requirement of requirements) {
    if (requirement.heading) continue
    const head = headOf(requirement)
    const group = groups.get(head.id) ?? { head, members: [] }
    group.members.push(requirement)
    groups.set(head.id, group)
  }
  return [...groups.values()]
}

function requirementsOf({ requirements }: FrameworkResult): string {
  const rows = requirements.map(({ requirement, status, checks, attestation }: RequirementResult) => {
    const { id, title = '', heading } = requirement
    if (heading) return `<tr><th scope="rowgroup" colspan="4">${html(id)} ${html(title)}</th></tr>`
    const named = linksTo(checks.map(({ check }) => check))
    const vouched = attestation ? `by ${html(attestation.by)} until ${html(attestation.until)}` : ''
    return `<tr><td>${html(id)}</td><td>${html(title)}</td><td>${status ? STATUS_WORDS[status] : ''} ${vouched}</td><td>${named}</td></tr>`
  })
  return `<div class="scroll"><table class="requirements"><colgroup><col class="id"><col><col class="status"><col class="checks"></colgroup><thead><tr><th scope="col">id</th><th scope="col">requirement</th><th scope="col">status</th><th scope="col">checks</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

const MOST_LINKS = 12

function linksTo(checks: readonly string[]): string {
  const links = checks.slice(0, MOST_LINKS).map((check) => `<a href="#${html(anchorOf(check))}">${html(check)}</a>`)
  const more = checks.length - links.length
  return [...links, ...(more > 0 ? [`and ${more} more`] : [])].join(', ')
}
