import type { Config } from '../../config.ts'
import { parseSchedule } from '../../content/schedule.ts'
import { type Check, type Diagnostic, PLATFORMS, type Platform } from '../../core/check.ts'
import { KeelsonError } from '../../core/errors.ts'
import type { ExportedStatement } from '../../formats/exported-statement.ts'
import { formatFleetPolicies } from '../../formats/fleet-policies.ts'
import { formatOsqueryPack } from '../../formats/osquery-pack.ts'
import { formatSqlFile } from '../../formats/sql-file.ts'
import { significantTokens, tokenize } from '../../sql/tokenizer.ts'
import { ContentError } from '../library.ts'
import type { Workbench } from '../workbench.ts'
import type { NewFile } from './write-new-files.ts'

export const EXPORT_FORMATS = ['fleet', 'osquery-pack', 'sql'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

export interface Export {
  /** Files by name; one without a name where the format is a single file. */
  readonly files: readonly NewFile[]
  readonly exported: number
  /** What could not be exported, or only in part, with the reason. */
  readonly notes: readonly Diagnostic[]
}

/** Checks in the form of another product, with the parameters of this configuration. */
export function exportChecks(
  checks: readonly Check[],
  format: ExportFormat,
  { config, workbench, platform }: { config: Config; workbench: Workbench; platform?: Platform | undefined },
): Export {
  const notes: Diagnostic[] = []
  const statements = checks.flatMap((check) =>
    PLATFORMS.filter((each) => check.platforms[each] && (platform ?? each) === each).flatMap((each) => {
      const note = (code: string, message: string, hint?: string) => {
        const place = check.platforms[each]?.place ?? check.place
        notes.push({
          level: 'warning',
          code,
          message,
          ...(hint ? { hint } : {}),
          place,
          check: check.id,
          platform: each,
        })
      }
      const interval = format === 'osquery-pack' ? readInterval(check, config, note) : 0
      const why = explainUnable(check, each, config, workbench)
      if (why) note('not-exported', why.message, why.hint)
      if (why || interval === undefined) return []
      return [toStatement(check, each, interval, workbench)]
    }),
  )
  return { files: toFiles(statements, format, config), exported: statements.length, notes }
}

function toFiles(statements: readonly ExportedStatement[], format: ExportFormat, config: Config): NewFile[] {
  if (statements.length === 0) return []
  if (format === 'fleet') return [{ path: '', text: formatFleetPolicies(statements) }]
  if (format === 'osquery-pack') return [{ path: '', text: formatOsqueryPack(statements, config.osqueryVersion) }]
  return statements.map((each) => ({ path: `${each.check}.${each.platform}.sql`, text: formatSqlFile(each) }))
}

interface Reason {
  readonly message: string
  readonly hint?: string | undefined
}

/** Why a statement would not say the truth, or nothing at all, where Keelson is not. */
function explainUnable(check: Check, platform: Platform, config: Config, workbench: Workbench): Reason | undefined {
  const forbidden = check.effects.filter((effect) => !config.effects.includes(effect))
  if (forbidden.length > 0) {
    const list = forbidden.join(', ')
    return { message: `it has an effect that is not allowed here (${list})`, hint: `keelson.yaml: effects: [${list}]` }
  }
  try {
    const { leaves } = workbench.compile(check, platform)
    const tables = workbench.tables(platform)
    const own = new Set(
      leaves.flatMap((leaf) => leaf.tables).flatMap(({ table }) => (tables.get(table)?.extension ? [table] : [])),
    )
    if (own.size === 0 || config.extension) return undefined
    return {
      message: `it reads ${[...own].join(', ')}, which osquery has only with the Keelson extension`,
      hint: 'extension: true in keelson.yaml, if all of them load it',
    }
  } catch (error) {
    if (error instanceof ContentError) return { message: error.diagnostics[0]?.message ?? error.message }
    if (error instanceof KeelsonError) return { message: error.message, hint: error.hint }
    throw error
  }
}

function toStatement(check: Check, platform: Platform, interval: number, workbench: Workbench): ExportedStatement {
  const { version, fix } = workbench.compile(check, platform)
  const { id, title, severity, why } = check
  return {
    check: id,
    title,
    severity,
    why,
    fix,
    platform,
    isOneOfSeveral: Object.keys(check.platforms).length > 1,
    version,
    interval,
    sql: hideVariables(trim(workbench.statement(check, platform))),
  }
}

/** Without the comment before it and the semicolon behind it. */
function trim(statement: string): string {
  const tokens = tokenize(statement)
  const [first] = significantTokens(statement)
  const last = tokens.findLastIndex(({ kind, text }) => kind !== 'space' && kind !== 'comment' && text !== ';')
  const end = tokens[last]
  return statement.slice(first?.offset ?? 0, end ? end.offset + end.text.length : 0)
}

/** The same without $NAME in texts, which others take for a variable of theirs. */
function hideVariables(sql: string): string {
  return tokenize(sql)
    .map(({ kind, text }) => {
      if (kind !== 'string' || !/\$[A-Za-z_{]/.test(text)) return text
      return `(${text.replace(/\$(?=[A-Za-z_{])/g, "' || char(36) || '")})`
    })
    .join('')
}

const LONGEST_INTERVAL = 604_800
const DAY = 86_400

/** Seconds, as osquery has them: at most a week. Undefined for what is run by hand only. */
function readInterval(
  check: Check,
  config: Config,
  note: (code: string, message: string, hint?: string) => void,
): number | undefined {
  const read = parseSchedule(check.schedule ?? config.schedule)
  const schedule = 'schedule' in read ? read.schedule : undefined
  if (schedule?.kind === 'manual') {
    note('not-exported', 'it is run by hand only, and a pack runs by itself')
    return undefined
  }
  if (schedule?.kind !== 'every') {
    note('changed', `a pack knows no times of day: ${check.schedule ?? config.schedule} becomes once a day`)
    return DAY
  }
  if (schedule.seconds <= LONGEST_INTERVAL) return schedule.seconds
  note('changed', 'osquery runs a query at least once a week, so it is asked weekly')
  return LONGEST_INTERVAL
}
