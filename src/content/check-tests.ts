import { PLATFORMS } from '../core/check.ts'
import type { Definition } from './definition.ts'
import { resolveParams } from './params.ts'
import { parseTime } from './time.ts'
import { isMapping, listWords, quote } from './words.ts'

/** What the schema cannot say about a check's tests. */
export function checkTests(check: Definition): void {
  if (!Array.isArray(check.written.tests)) return
  const names = new Set<string>()
  for (const [index, test] of (check.written.tests as unknown[]).entries()) {
    if (!isMapping(test)) continue
    checkName(check, test.name, index, names)
    checkPlatform(check, test.platform, index)
    checkTables(check, test, index)
    checkNow(check, test.now, index)
    checkTestParams(check, test.params, index)
  }
}

function checkName({ reporter }: Definition, name: unknown, index: number, names: Set<string>): void {
  if (typeof name !== 'string') return
  if (names.has(name)) {
    const message = `a test named ${quote(name)} stands above already`
    reporter.report({ code: 'duplicate-test', message, hint: 'give each test its own name' }, ['tests', index, 'name'])
  }
  names.add(name)
}

function checkPlatform({ written, reporter }: Definition, platform: unknown, index: number): void {
  const path = ['tests', index, 'platform']
  if (typeof platform !== 'string' || !isMapping(written.platforms) || !reporter.isClean(path)) return
  if (Object.hasOwn(written.platforms, platform)) return
  const platforms = written.platforms
  const has = PLATFORMS.filter((one) => Object.hasOwn(platforms, one))
  const hint = has.length === 0 ? undefined : `it has ${listWords(has, 'and')}`
  reporter.report({ code: 'test-platform', message: `the check has no clause for ${platform}`, hint }, path)
}

function checkTables({ reporter }: Definition, test: Readonly<Record<string, unknown>>, index: number): void {
  if (!isMapping(test.given) || !isMapping(test.error)) return
  for (const table of Object.keys(test.error)) {
    if (!Object.hasOwn(test.given, table)) continue
    const message = `table ${quote(table)} cannot both have rows and be unreadable`
    const hint = 'name it under "given" or under "error"'
    reporter.report({ code: 'test-table', message, hint }, ['tests', index, 'error', table], 'key')
  }
}

function checkNow({ reporter }: Definition, now: unknown, index: number): void {
  if (typeof now !== 'string' || parseTime(now) !== undefined) return
  const message = `now must be a time with its zone or unix seconds, not ${quote(now)}`
  reporter.report({ code: 'bad-time', message, hint: 'such as 2026-01-31T12:00:00Z' }, ['tests', index, 'now'])
}

function checkTestParams({ written, params, reporter }: Definition, given: unknown, index: number): void {
  const values = isMapping(given) ? given : {}
  // What was declared wrongly has its own message, and must not seem unknown here.
  const declared = isMapping(written.params) ? written.params : {}
  const judged = Object.entries(values).filter(
    ([name]) => Object.hasOwn(params, name) || !Object.hasOwn(declared, name),
  )
  const answer = resolveParams(params, Object.fromEntries(judged))
  if (!('problems' in answer)) return
  for (const { name, code, message, hint } of answer.problems) {
    const path = code === 'missing-param' ? ['tests', index] : ['tests', index, 'params', name]
    const isKnown = code === 'missing-param' || reporter.isClean(path)
    if (isKnown) reporter.report({ code, message, hint }, path, code === 'unknown-param' ? 'key' : 'value')
  }
}
