import type { Cell, Check, CheckTest, Effect, ParamValue, Platform, Severity } from '../core/check.ts'
import type { Verdict } from '../core/verdict.ts'
import { type BuildContext, buildPlatforms, buildSource, type Plain } from './build-clause.ts'
import type { Definition } from './definition.ts'
import type { ParamSpecs } from './param-spec.ts'
import { readParam } from './params.ts'
import { formatSchedule, parseSchedule } from './schedule.ts'
import { parseTime } from './time.ts'

/** A check from values in which neither the schema nor the semantic rules found an error. */
export function buildCheck({ written, params, text }: Definition, context: BuildContext): Check {
  const read = written.schedule === undefined ? undefined : parseSchedule(written.schedule as string | number)
  return {
    id: written.id as string,
    title: written.title as string,
    severity: written.severity as Severity,
    ...(written.severity_reason !== undefined && { severityReason: written.severity_reason as string }),
    ...buildSource(written.source),
    tags: (written.tags as string[] | undefined) ?? [],
    ...(read && 'schedule' in read && { schedule: formatSchedule(read.schedule) }),
    ...(written.why !== undefined && { why: written.why as string }),
    ...(written.fix !== undefined && { fix: written.fix as string }),
    params,
    effects: (written.effects as Effect[] | undefined) ?? [],
    formerly: (written.formerly as string[] | undefined) ?? [],
    ...(written.alarm === true && { alarm: true as const }),
    platforms: buildPlatforms(written.platforms as Plain, context),
    tests: ((written.tests as Plain[] | undefined) ?? []).map((test, index) =>
      buildTest(test, params, ['tests', index], context),
    ),
    place: context.placeOf([]),
    document: text,
  }
}

function buildTest(
  written: Plain,
  specs: ParamSpecs,
  path: readonly (string | number)[],
  context: BuildContext,
): CheckTest {
  const now = typeof written.now === 'string' ? parseTime(written.now) : (written.now as number | undefined)
  return {
    name: written.name as string,
    platform: written.platform as Platform,
    given: (written.given as Record<string, Record<string, Cell>[]> | undefined) ?? {},
    errors: (written.error as Record<string, string> | undefined) ?? {},
    ...(now !== undefined && { now }),
    root: (written.root as boolean | undefined) ?? true,
    consoleUser: (written.console_user as boolean | undefined) ?? true,
    params: buildTestParams((written.params as Plain | undefined) ?? {}, specs),
    verdict: written.verdict as Verdict,
    ...(written.reason !== undefined && { reason: written.reason as string }),
    place: context.placeOf(path),
  }
}

function buildTestParams(written: Plain, specs: ParamSpecs): Record<string, ParamValue> {
  const values = Object.create(null) as Record<string, ParamValue>
  for (const [name, given] of Object.entries(written)) {
    const spec = specs[name]
    const read = spec && readParam(spec, given)
    if (read && 'value' in read) values[name] = read.value
  }
  return values
}
