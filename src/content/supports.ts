import { findClosest } from '../core/find-closest.ts'
import { type Framework, type Requirement, referenceOf } from '../core/framework.ts'
import { SUPPORT_FILE_SCHEMA } from './framework-schema.ts'
import { type FileKind, isSoundFile, type WrittenFile } from './read-definitions.ts'
import { isMapping, quote } from './words.ts'

/** A file that adds checks to a framework that stands elsewhere; it may be called as one likes. */
export const SUPPORT_KIND: FileKind = {
  noun: 'file of supports',
  key: 'supports',
  schema: SUPPORT_FILE_SCHEMA,
  nameOf: () => undefined,
}

export interface WrittenSupport {
  readonly file: WrittenFile
  /** Ids of the checks that it may name; undefined: they are not looked at. */
  readonly checks: ReadonlySet<string> | undefined
}

/**
 * Frameworks with the checks of these files added. What the files say wrongly is reported where it is, and such a file
 * adds nothing. `known` are the references of all frameworks, also of those that are left out for their own errors.
 */
export function addSupports(
  frameworks: readonly Framework[],
  supports: readonly WrittenSupport[],
  known: ReadonlySet<string>,
): Framework[] {
  const added = new Map(frameworks.map((framework) => [referenceOf(framework), framework]))
  for (const support of supports) {
    const { written, reporter } = support.file
    const { supports: reference, requirements } = written
    if (typeof reference !== 'string' || !isMapping(requirements) || !reporter.isClean(['supports'])) continue
    const framework = added.get(reference)
    if (framework) {
      checkSupport(support, framework, requirements)
      if (isSoundFile(support.file)) added.set(reference, addChecks(framework, requirements))
    } else if (!known.has(reference)) {
      const closest = findClosest(reference, known)
      const hint = closest ? `did you mean "${closest}"?` : 'checks frameworks lists them'
      const message = `there is no framework ${quote(reference)}`
      reporter.report({ code: 'unknown-framework', message, hint }, ['supports'])
    }
  }
  return [...added.values()]
}

type Written = Readonly<Record<string, unknown>>

function checkSupport({ file: { reporter }, checks }: WrittenSupport, framework: Framework, written: Written): void {
  for (const [id, named] of Object.entries(written)) {
    const path = ['requirements', id]
    const requirement = framework.requirements.find((each) => each.id === id)
    if (!requirement) {
      const ids = framework.requirements.map((each) => each.id)
      const closest = findClosest(id, ids)
      const hint = closest ? `did you mean "${closest}"?` : `checks frameworks show ${referenceOf(framework)}`
      const message = `${referenceOf(framework)} has no requirement ${quote(id)}`
      reporter.report({ code: 'unknown-requirement', message, hint }, path, 'key')
    } else if (requirement.heading) {
      const message = `${quote(id)} is a heading, so no check supports it`
      reporter.report({ code: 'heading', message, hint: 'name a requirement under it' }, path, 'key')
    }
    if (!checks || !Array.isArray(named)) continue
    for (const [index, check] of (named as unknown[]).entries()) {
      if (typeof check !== 'string' || checks.has(check)) continue
      const closest = findClosest(check, checks)
      const hint = closest ? `did you mean "${closest}"?` : 'checks list shows them all'
      reporter.report({ code: 'unknown-check', message: `no check is called ${quote(check)}`, hint }, [...path, index])
    }
  }
}

function addChecks(framework: Framework, written: Written): Framework {
  const requirements = framework.requirements.map((requirement): Requirement => {
    const more = Object.hasOwn(written, requirement.id) ? (written[requirement.id] as readonly string[]) : []
    if (more.length === 0) return requirement
    const measure = requirement.measure === 'measured' ? 'measured' : 'partly'
    return { ...requirement, measure, checks: [...new Set([...requirement.checks, ...more])] }
  })
  return { ...framework, requirements }
}
