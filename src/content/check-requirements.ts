import { findClosest } from '../core/find-closest.ts'
import type { WrittenFile } from './read-definitions.ts'
import { isMapping, quote } from './words.ts'

type Written = Readonly<Record<string, unknown>>

/** What the schema cannot say of a framework's requirements. Without `checks`, their ids are not looked at. */
export function checkRequirements({ written, reporter }: WrittenFile, checks: ReadonlySet<string> | undefined): void {
  const { requirements } = written
  if (!isMapping(requirements)) return
  for (const [id, requirement] of Object.entries(requirements)) {
    if (!isMapping(requirement)) continue
    const path = ['requirements', id]
    checkParent(requirements, requirement, path, reporter)
    checkMeasure(requirement, path, reporter)
    if (!checks || !Array.isArray(requirement.checks)) continue
    for (const [index, check] of (requirement.checks as unknown[]).entries()) {
      if (typeof check !== 'string' || checks.has(check) || !reporter.isClean([...path, 'checks', index])) continue
      const closest = findClosest(check, checks)
      const hint = closest ? `did you mean "${closest}"?` : 'checks list shows them all'
      reporter.report({ code: 'unknown-check', message: `no check is called ${quote(check)}`, hint }, [
        ...path,
        'checks',
        index,
      ])
    }
  }
}

function checkParent(all: Written, { parent }: Written, path: string[], reporter: WrittenFile['reporter']): void {
  if (typeof parent !== 'string') return
  const id = path[1] as string
  if (!Object.hasOwn(all, parent)) {
    const closest = findClosest(parent, Object.keys(all))
    const hint = closest ? `did you mean "${closest}"?` : 'write the heading as a requirement with heading: true'
    const message = `${quote(id)} stands under ${quote(parent)}, which is no requirement of this framework`
    reporter.report({ code: 'unknown-parent', message, hint }, [...path, 'parent'])
    return
  }
  const above = [id]
  for (let next: unknown = parent; typeof next === 'string' && isMapping(all[next]); next = parentOf(all, next)) {
    if (next === id) {
      const message = `${quote(id)} stands under itself: ${[...above, id].join(' → ')}`
      reporter.report({ code: 'parent-loop', message, hint: 'take one of these parents away' }, [...path, 'parent'])
      return
    }
    // A loop further up is told where it is.
    if (above.includes(next)) return
    above.push(next)
  }
}

function parentOf(all: Written, id: string): unknown {
  const requirement = all[id]
  return isMapping(requirement) ? requirement.parent : undefined
}

function checkMeasure(
  { heading, measure, checks, reason }: Written,
  path: string[],
  reporter: WrittenFile['reporter'],
): void {
  const has = Array.isArray(checks) && checks.length > 0
  const fail = (key: string, message: string, hint: string) =>
    reporter.report({ code: 'measure', message, hint }, [...path, key])
  if (heading === true) {
    if (has) fail('checks', 'a heading asks for nothing, so no check supports it', 'move them to a requirement')
    if (measure !== undefined) fail('measure', 'a heading is not measured', 'take "measure" away, or "heading"')
    return
  }
  if (has && (measure === 'attested' || measure === 'not_measurable')) {
    fail('measure', `it is ${measure}, but names checks`, 'write measured or partly, or take the checks away')
  }
  if (!has && (measure === 'measured' || measure === 'partly')) {
    fail('measure', `it is ${measure}, but names no check`, 'name the checks, or write attested')
  }
  if (measure === 'not_measurable' && reason === undefined) {
    fail('measure', 'why it is not measurable must be said', 'add "reason"')
  }
}
