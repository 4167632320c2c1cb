import { type ParamSpec, PLATFORMS } from '../core/check.ts'
import { findClosest } from '../core/find-closest.ts'
import type { Definition } from './definition.ts'
import { explainMissingParam, explainUnknownParam, readParam } from './params.ts'
import { reportUnsound, type TemplateGraph, type Templates } from './template-graph.ts'
import { listClauses, type WrittenClause } from './walk-clauses.ts'
import { isMapping, listWords, quote } from './words.ts'
import type { Path } from './yaml-document.ts'

/** That every `use` names a template which has the platform, and gives it the parameters it wants. */
export function checkUses(user: Definition, templates: Templates): void {
  for (const written of listClauses(user.written)) {
    const name = written.clause.use
    if (typeof name !== 'string' || !user.reporter.isClean([...written.path, 'use'])) continue
    const template = templates.get(name)
    if (template === undefined) reportUnknown(user, name, [...written.path, 'use'], templates)
    else checkUse(user, written, template)
  }
}

/** That every template a check uses is itself sound; otherwise the check cannot be compiled. */
export function checkUsedTemplates(user: Definition, templates: Templates, graph: TemplateGraph): void {
  for (const { clause, path } of listClauses(user.written)) {
    const template = typeof clause.use === 'string' ? templates.get(clause.use) : undefined
    if (template === undefined || !graph.unusable.has(template)) continue
    reportUnsound(user, template, [...path, 'use'])
  }
}

function reportUnknown(user: Definition, name: string, path: Path, templates: Templates): void {
  const closest = findClosest(name, templates.keys())
  const known = [...templates.keys()].sort()
  let hint = `templates stand in the folder templates/, in a file named ${name}.yaml`
  if (closest !== undefined) hint = `did you mean "${closest}"?`
  else if (known.length > 0 && known.length <= 12) hint = `known: ${known.join(', ')}`
  user.reporter.report({ code: 'unknown-template', message: `there is no template ${quote(name)}`, hint }, path)
}

function checkUse(user: Definition, { clause, path, platform }: WrittenClause, template: Definition): void {
  const { reporter } = user
  const shown = `template ${quote(template.name ?? '')}`
  const platforms = isMapping(template.written.platforms) ? template.written.platforms : {}
  if (!Object.hasOwn(platforms, platform)) {
    const has = PLATFORMS.filter((one) => Object.hasOwn(platforms, one))
    const hint = has.length === 0 ? undefined : `it has ${listWords(has, 'and')}`
    reporter.report({ code: 'template-platform', message: `${shown} has no clause for ${platform}`, hint }, [
      ...path,
      'use',
    ])
  }
  const declared = isMapping(template.written.params) ? Object.keys(template.written.params) : []
  const given = isMapping(clause.with) ? clause.with : {}
  for (const [name, value] of Object.entries(given)) {
    const at = [...path, 'with', name]
    const spec = template.params[name]
    if (!declared.includes(name)) {
      const { message, hint } = explainUnknownParam(name, declared)
      reporter.report({ code: 'unknown-param', message: `${shown}: ${message}`, hint }, at, 'key')
    } else if (spec !== undefined && reporter.isClean(at)) {
      const problem = findMismatch(user, spec, value)
      if (problem === undefined) continue
      reporter.report({ code: 'bad-param', message: `${shown}: parameter "${name}" ${problem}` }, at)
    }
  }
  for (const [name, spec] of Object.entries(template.params)) {
    if (Object.hasOwn(given, name) || spec.default !== undefined) continue
    const { message, hint } = explainMissingParam(name, spec)
    const finding = { code: 'missing-param', message: `${shown}: ${message}`, hint: `under "with" write ${hint}` }
    reporter.report(finding, clause.with === undefined ? [...path, 'use'] : [...path, 'with'])
  }
}

/** What is passed on from a parameter of the user's own is known by its type only. */
function findMismatch(user: Definition, spec: ParamSpec, value: unknown): string | undefined {
  if (isMapping(value)) {
    const own = user.params[String(value.param)]
    if (own === undefined || isAssignable(own, spec)) return undefined
    return `has type ${showType(spec)}, but { param: ${value.param} } has type ${showType(own)}`
  }
  if (Array.isArray(value) && spec.type === 'list' && value.some(isMapping)) {
    const read = readParam(
      spec,
      value.filter((member) => !isMapping(member)),
    )
    return 'problem' in read ? read.problem : undefined
  }
  const read = readParam(spec, value)
  return 'problem' in read ? read.problem : undefined
}

function isAssignable(own: ParamSpec, wanted: ParamSpec): boolean {
  if (own.type === 'list' && wanted.type === 'list') return (own.items ?? 'string') === (wanted.items ?? 'string')
  if (own.type === wanted.type) return true
  // A duration is a whole number of seconds.
  const whole = own.type === 'integer' || own.type === 'duration'
  return whole && (wanted.type === 'integer' || wanted.type === 'number' || wanted.type === 'duration')
}

function showType(spec: ParamSpec): string {
  return spec.type === 'list' ? `list of ${spec.items ?? 'string'}` : spec.type
}
