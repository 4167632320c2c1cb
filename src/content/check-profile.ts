import type { Check } from '../core/check.ts'
import { findClosest } from '../core/find-closest.ts'
import type { Framework } from '../core/framework.ts'
import { toExpression } from '../core/select.ts'
import type { Plain } from './build-clause.ts'
import { explainUnknownParam, readParam } from './params.ts'
import type { WrittenFile } from './read-definitions.ts'
import { isMapping, quote } from './words.ts'
import type { Path } from './yaml-document.ts'

export interface ProfileContext {
  readonly checks: readonly Check[]
  /** By reference. */
  readonly frameworks: ReadonlyMap<string, Framework>
  /** Every profile as written, by id. */
  readonly profiles: ReadonlyMap<string, Plain>
}

/** What the schema cannot say of a profile: that everything it names exists, and that it means something. */
export function checkProfile(file: WrittenFile, context: ProfileContext): void {
  const { written, reporter } = file
  const id = written.profile as string
  for (const [index, parent] of listOf(written.extends).entries()) {
    const path = ['extends', index]
    if (typeof parent !== 'string') continue
    if (!context.profiles.has(parent)) explain(file, path, 'profile', parent, context.profiles.keys())
    else if (leadsTo(parent, id, context.profiles)) {
      const message = `${quote(id)} builds on itself by way of ${quote(parent)}`
      reporter.report({ code: 'profile-loop', message, hint: 'take one of these out of "extends"' }, path)
    }
  }
  if (!['extends', 'framework', 'include'].some((key) => key in written)) {
    const message = 'the profile names nothing that it asks for'
    reporter.report({ code: 'empty-profile', message, hint: 'add "include", "framework" or "extends"' }, [])
  }
  const { framework } = written
  if (typeof framework === 'string' && reporter.isClean(['framework']) && !context.frameworks.has(framework)) {
    explain(file, ['framework'], 'framework', framework, context.frameworks.keys())
  }
  if (isMapping(written.include)) checkSet(file, written.include, ['include'], context)
  for (const [index, exclusion] of listOf(written.exclude).entries()) {
    if (!isMapping(exclusion)) continue
    checkSet(file, exclusion, ['exclude', index], context)
    if (['checks', 'tags', 'requirements'].some((key) => key in exclusion)) continue
    const message = 'the exclusion leaves nothing out'
    reporter.report({ code: 'empty-exclusion', message, hint: 'add "checks", "tags" or "requirements"' }, [
      'exclude',
      index,
    ])
  }
  checkParams(file, context)
  if (!isMapping(written.severity)) return
  for (const check of Object.keys(written.severity)) {
    if (!context.checks.some((each) => each.id === check))
      explainCheck(file, ['severity', check], check, context, 'key')
  }
}

function leadsTo(from: string, target: string, profiles: ProfileContext['profiles'], seen: string[] = []): boolean {
  if (from === target) return true
  if (seen.includes(from)) return false
  const parents = listOf(profiles.get(from)?.extends)
  return parents.some((parent) => typeof parent === 'string' && leadsTo(parent, target, profiles, [...seen, from]))
}

function checkSet(file: WrittenFile, set: Plain, path: Path, context: ProfileContext): void {
  const { checks } = context
  const each = (key: string, test: (text: string, path: Path) => void) => {
    for (const [index, text] of listOf(set[key]).entries()) {
      const inner = [...path, key, index]
      if (typeof text === 'string' && file.reporter.isClean(inner)) test(text, inner)
    }
  }
  each('checks', (pattern, inner) => {
    const expression = toExpression(pattern)
    if (!checks.some(({ id }) => expression.test(id))) explainCheck(file, inner, pattern, context)
  })
  each('tags', (tag, inner) => {
    const known = new Set(checks.flatMap(({ tags }) => tags))
    if (!known.has(tag)) explain(file, inner, 'tag', tag, known)
  })
  const reference = inheritedFramework(file.written, context.profiles)
  const framework = context.frameworks.get(reference ?? '')
  each('requirements', (requirement, inner) => {
    if (reference === undefined) {
      const message = `requirement ${quote(requirement)} belongs to no framework`
      const hint = 'name the framework: framework: nist-800-53@5'
      file.reporter.report({ code: 'no-framework', message, hint }, inner)
    } else if (framework && !framework.requirements.some(({ id }) => id === requirement)) {
      const ids = framework.requirements.map(({ id }) => id)
      explain(file, inner, `requirement of ${reference}`, requirement, ids)
    }
  })
}

function inheritedFramework(
  written: Plain,
  profiles: ProfileContext['profiles'],
  seen: Plain[] = [],
): string | undefined {
  if (typeof written.framework === 'string') return written.framework
  if (seen.includes(written)) return undefined
  for (const parent of listOf(written.extends)) {
    const above = typeof parent === 'string' ? profiles.get(parent) : undefined
    const found = above && inheritedFramework(above, profiles, [...seen, written])
    if (found !== undefined) return found
  }
  return undefined
}

function checkParams(file: WrittenFile, context: ProfileContext): void {
  const { params } = file.written
  if (!isMapping(params)) return
  for (const [id, values] of Object.entries(params)) {
    const check = context.checks.find((each) => each.id === id)
    if (!check) explainCheck(file, ['params', id], id, context, 'key')
    else if (isMapping(values)) {
      for (const [name, value] of Object.entries(values)) checkParam(file, check, name, value)
    }
  }
}

function checkParam({ reporter }: WrittenFile, check: Check, name: string, value: unknown): void {
  const path = ['params', check.id, name]
  const spec = Object.hasOwn(check.params, name) ? check.params[name] : undefined
  if (!spec) {
    const { message, hint } = explainUnknownParam(name, Object.keys(check.params))
    reporter.report({ code: 'unknown-param', message: `${message} of check ${quote(check.id)}`, hint }, path, 'key')
    return
  }
  const read = readParam(spec, value)
  if ('problem' in read) reporter.report({ code: 'bad-param', message: `parameter "${name}" ${read.problem}` }, path)
}

function explainCheck(file: WrittenFile, path: Path, id: string, { checks }: ProfileContext, on?: 'key'): void {
  explain(
    file,
    path,
    'check',
    id,
    checks.map((check) => check.id),
    on,
  )
}

function explain(
  { reporter }: WrittenFile,
  path: Path,
  noun: string,
  name: string,
  known: Iterable<string>,
  on?: 'key',
): void {
  const closest = findClosest(name, known)
  const hint = closest ? `did you mean "${closest}"?` : undefined
  reporter.report(
    { code: `unknown-${noun.split(' ')[0]}`, message: `there is no ${noun} ${quote(name)}`, hint },
    path,
    on,
  )
}

function listOf(written: unknown): readonly unknown[] {
  return Array.isArray(written) ? written : []
}
