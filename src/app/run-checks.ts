import type { Config } from '../config.ts'
import { assess } from '../core/assess.ts'
import type { Check, Effect, Library, Platform } from '../core/check.ts'
import type { CompiledCheck } from '../core/compiled.ts'
import { KeelsonError, SourceError } from '../core/errors.ts'
import { decidingLeaves, type Judgement, type LeafJudgement } from '../core/judge.ts'
import { type Asset, type CheckResult, type Evidence, type RunReport, summarize } from '../core/report.ts'
import type { Selection } from '../core/select.ts'
import { settle } from '../core/settle.ts'
import type { Source, TextRow } from '../core/source.ts'
import { planBatches } from '../sql/batch.ts'
import { OSQUERY_GATES, OUTSPOKEN_GATES } from '../sql/table-gates.ts'
import { definesPlatform, selectFrom } from './library.ts'
import { MissingParamError } from './params.ts'
import type { Workbench } from './workbench.ts'

export interface RunOptions {
  readonly config: Config
  readonly library: Library
  readonly selection: Selection
  /** Whether checks that are run by hand are run without being named. */
  readonly all?: boolean
  /** Which of the checks are to be asked now; all of them when absent. */
  readonly choose?: (asset: Asset, checks: readonly CompiledCheck[]) => Promise<readonly CompiledCheck[]>
  readonly onProgress?: (judged: number, of: number) => void
  /** As in AssessOptions, with the checks' ids. */
  readonly onAsk?: (checks: readonly string[]) => void
  readonly onUnanswered?: (check: string, error: unknown) => void
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/**
 * Evaluates the selected checks on the source's machine. A check that says nothing of its platform is left out, unless
 * it was named: then it is not applicable. One with an effect that is not allowed is an error. Rejects only when the
 * source cannot even name its machine.
 */
export async function runChecks(source: Source, workbench: Workbench, options: RunOptions): Promise<RunReport> {
  const { config, library, selection, clock } = options
  const startedAt = clock()
  const asset = await describeAsset(source, config.timeout)
  if (selection.platform !== undefined && selection.platform !== asset.platform) {
    throw new KeelsonError(
      'platform',
      `this machine is ${asset.platform}, not ${selection.platform}: nothing was judged`,
      {
        hint: 'checks test and checks compile work for every platform',
      },
    )
  }
  const selected = selectFrom(library, selection).filter(
    (check) => options.all || selection.patterns.length > 0 || !isManual(check, config),
  )
  const named = new Set(selection.patterns)
  const defined = selected.filter((check) => definesPlatform(check, asset.platform))
  const forbidden = defined.filter((check) => forbiddenEffects(check, config).length > 0)
  const here = defined.filter((check) => !forbidden.includes(check))
  const elsewhere = selected.filter((check) => !definesPlatform(check, asset.platform) && named.has(check.id))
  const gates = source.info.reportsUnreadable ? OUTSPOKEN_GATES : OSQUERY_GATES
  const ready: CompiledCheck[] = []
  const unset: CheckResult[] = []
  for (const check of here) {
    try {
      ready.push(workbench.compile(check, asset.platform, gates))
    } catch (error) {
      if (!(error instanceof MissingParamError)) throw error
      unset.push(toUnasked(check, 'error', `${error.message}: ${error.hint}`))
    }
  }
  const tables = await listTables(source, config.timeout)
  const chosen = options.choose ? await options.choose(asset, ready) : ready
  const compiled = chosen.map((check) => settle(check, tables))
  const known = workbench.tables(asset.platform)
  const idOf = (index: number) => compiled[index]?.check.id ?? ''
  const judgements = await assess(source, compiled, {
    plan: planBatches,
    tables,
    explainMissing: (table) => explainMissing(table, known.get(table), source),
    timeout: config.timeout,
    ...(options.onProgress ? { onProgress: options.onProgress } : {}),
    onAsk: (asked) => options.onAsk?.(asked.map(idOf)),
    onUnanswered: (index, error) => options.onUnanswered?.(idOf(index), error),
  })
  const results = [
    ...compiled.map((check, index) => toResult(check, judgements[index] as Judgement)),
    ...unset,
    ...elsewhere.map((check) => toUnasked(check, 'not_applicable', `the check says nothing of ${asset.platform}`)),
    ...forbidden.map((check) => toUnasked(check, 'error', explainForbidden(forbiddenEffects(check, config)))),
  ]
  return {
    asset,
    source: source.info,
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: new Date(clock()).toISOString(),
    results,
    summary: summarize(results),
  }
}

/** Whether a check is run only when somebody asks for it. */
export function isManual({ schedule }: Check, config: Config): boolean {
  return (schedule ?? config.schedule) === 'manual'
}

async function describeAsset(source: Source, timeout: number): Promise<Asset> {
  const [system] = await source.query('SELECT uuid, computer_name, hostname FROM system_info', { timeout })
  const [os] = await source.query('SELECT name, version, build, platform FROM os_version', { timeout })
  if (!os?.platform) {
    throw new SourceError('protocol', 'the source does not tell its platform: os_version is empty', {
      hint: 'checks doctor tells more of the source',
    })
  }
  return {
    uuid: system?.uuid?.toLowerCase() ?? '',
    name: system?.computer_name || system?.hostname || 'this machine',
    platform: toPlatform(os.platform),
    os: nameSystem(os),
  }
}

function nameSystem({ name = '', version = '', build = '' }: TextRow): string {
  // Some systems repeat their name in the version, and their build too.
  const named = version.startsWith(name) ? version : [name, version].filter(Boolean).join(' ')
  return build === '' || named.includes(build) ? named : `${named} (${build})`
}

/** osquery names a Linux by its distribution. */
function toPlatform(name: string): Platform {
  return name === 'darwin' || name === 'windows' ? name : 'linux'
}

/** The tables that a source has; undefined where it does not tell. */
export async function listTables(source: Source, timeout: number): Promise<ReadonlySet<string> | undefined> {
  const rows = await source.query(`SELECT name FROM osquery_registry WHERE registry = 'table' AND active = 1`, {
    timeout,
  })
  // An answer without tables would turn every check into an error; SQLite then says what is missing.
  return rows.length === 0 ? undefined : new Set(rows.map(({ name }) => name ?? ''))
}

type KnownTable = ReturnType<ReturnType<Workbench['tables']>['get']>

function explainMissing(table: string, known: KnownTable, { info }: Source): string {
  if (known?.extension && info.kind === 'embedded')
    return `needs the table ${table}, which is there only while a state is kept`
  if (known?.extension) return `needs the Keelson extension, which brings the table ${table} (see docs/extension.md)`
  const since = known?.since
  if (info.preview) return `needs the table ${table}, which the embedded engine does not have: install osquery`
  return `needs the table ${table}${since ? `, which came with osquery ${since}` : ''}; this is osquery ${info.version}`
}

function toResult(
  { check, version, fix, leaves, tree }: CompiledCheck,
  { verdict, reasons, leaves: clauses }: Judgement,
): CheckResult {
  const deciding = decidingLeaves(tree, verdict, (index) => clauses[index]?.verdict ?? 'error')
  return {
    ...describe(check),
    version,
    verdict,
    reason: reasons.length > 0 ? reasons.join('; ') : null,
    reasons,
    evidence: deciding.flatMap((index) => toEvidence(clauses[index] as LeafJudgement, leaves.length > 1)),
    evidenceTotal: deciding.reduce((sum, index) => sum + countDeciding(clauses[index] as LeafJudgement), 0),
    error: verdict === 'error' ? reasons.join('; ') || 'it could not be judged' : null,
    fix: fix ?? null,
    clauses,
  }
}

function countDeciding({ verdict, total, notPassing }: LeafJudgement): number {
  return verdict === 'pass' ? total : notPassing
}

function toEvidence({ rows, title }: LeafJudgement, nameClause: boolean): Evidence[] {
  return rows.map(({ evidence, ...row }) => ({ ...row, ...(nameClause ? { clause: title } : {}), found: evidence }))
}

function forbiddenEffects({ effects }: Check, config: Config): Effect[] {
  return effects.filter((effect) => !config.effects.includes(effect))
}

function explainForbidden(effects: readonly Effect[]): string {
  return `it was not asked, since it has an effect (${effects.join(', ')}): allow it in keelson.yaml with effects: [${effects.join(', ')}]`
}

/** The result of a check that was not put to the source. */
export function toUnasked(check: Check, verdict: 'not_applicable' | 'error', reason: string): CheckResult {
  const error = verdict === 'error' ? reason : null
  return {
    ...describe(check),
    version: '',
    verdict,
    reason,
    reasons: [reason],
    evidence: [],
    evidenceTotal: 0,
    error,
    fix: check.fix ?? null,
    clauses: [],
  }
}

function describe({ id, title, severity, tags, why }: Check) {
  return { check: id, title, severity, tags, why: why ?? null }
}
