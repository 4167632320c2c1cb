import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Config } from '../../config.ts'
import type { ForeignFile, ForeignQuery } from '../../content/import/foreign-query.ts'
import { readFleet } from '../../content/import/import-fleet.ts'
import { readPack } from '../../content/import/import-pack.ts'
import { readZentral } from '../../content/import/import-zentral.ts'
import { loadLibrary } from '../../content/load.ts'
import { type Check, type Diagnostic, PLATFORMS, type Platform } from '../../core/check.ts'
import { formatYaml, formatYamlComment } from '../../formats/yaml.ts'
import { readSchema, tablesOf } from '../../sql/schema.ts'
import { SchemaEngine } from '../../sql/schema-engine.ts'
import { loadSqlite } from '../../sql/sqlite.ts'
import { ContentError, openLibrary } from '../library.ts'
import { openWorkbench } from '../workbench.ts'
import { type Amendments, type Converted, convertQuery } from './convert-query.ts'
import { nameChecks } from './name-checks.ts'

export const IMPORT_FORMATS = ['fleet', 'osquery-pack', 'zentral'] as const
export type ImportFormat = (typeof IMPORT_FORMATS)[number]

export interface ImportRequest {
  readonly format: ImportFormat
  readonly files: readonly { readonly file: string; readonly text: string }[]
  /** The folder that the checks are meant for. */
  readonly to: string
  /** What rows of a pack's queries mean; absent: something at fault. */
  readonly rows?: 'pass' | 'fail' | undefined
}

export interface ImportedCheck {
  readonly id: string
  /** The file that it is meant for. */
  readonly path: string
  readonly text: string
  readonly origin: string
  readonly place: ForeignQuery['place']
  readonly remarks: readonly string[]
  /** What lint finds in it, but for missing tests. */
  readonly findings: readonly Diagnostic[]
  /** Whether it cannot be compiled; its file has a name that is not read then, since no run would do otherwise. */
  readonly broken: boolean
}

export interface Import {
  readonly checks: readonly ImportedCheck[]
  /** What was not carried over, and entries of which nothing came. */
  readonly lost: readonly Diagnostic[]
}

/**
 * Makes checks of policies and packs of other products; writes nothing.
 * @throws ContentError with every problem of files that are not what they should be
 */
export async function importChecks(request: ImportRequest, config: Config): Promise<Import> {
  const read = request.files.map(({ file, text }) => readForeign(request, file, text))
  const notes = read.flatMap(({ diagnostics }) => diagnostics)
  const errors = notes.filter(({ level }) => level === 'error')
  if (errors.length > 0) throw new ContentError(errors)
  const queries = read.flatMap((each) => each.queries)
  const engineOf = await openEngines()
  const lost: Diagnostic[] = [...notes]
  const ids = nameImported(queries, request.to, config)
  let drafts = queries.flatMap((query, index): Draft[] => {
    const converted = convertQuery(query, ids[index] as string, engineOf)
    if (!('problem' in converted)) return [{ id: ids[index] as string, query, converted }]
    const { problem, hint } = converted
    const message = `${query.origin} is left out: ${problem}`
    lost.push({ level: 'warning', code: 'left-out', message, ...(hint ? { hint } : {}), place: query.place })
    return []
  })
  let linted = await lintDrafts(drafts, config)
  const mended = drafts.map((draft) => amend(draft, linted.get(draft.id)?.findings ?? [], engineOf))
  if (mended.some((draft, index) => draft !== drafts[index])) {
    const after = await lintDrafts(mended, config)
    // What did not help is not kept.
    const helped = (id: string) => countErrors(after.get(id)) < countErrors(linted.get(id))
    drafts = drafts.map((draft, index) => (helped(draft.id) ? (mended[index] as Draft) : draft))
    linted = new Map(drafts.map(({ id }) => [id, (helped(id) ? after : linted).get(id) as Linted]))
  }
  return { checks: drafts.map((draft) => finish(draft, linted.get(draft.id) as Linted, request.to)), lost }
}

interface Draft {
  readonly id: string
  readonly query: ForeignQuery
  readonly converted: Converted
}

function readForeign({ format, rows }: ImportRequest, file: string, text: string): ForeignFile {
  if (format === 'fleet') return readFleet(text, file)
  return format === 'zentral' ? readZentral(text, file) : readPack(text, file, { rows })
}

async function openEngines(): Promise<(platform: Platform) => SchemaEngine> {
  const sqlite = await loadSqlite()
  const schema = readSchema()
  const engines = new Map<Platform, SchemaEngine>()
  return (platform) => {
    const engine = engines.get(platform) ?? new SchemaEngine(sqlite, platform, tablesOf(schema, platform))
    engines.set(platform, engine)
    return engine
  }
}

/** An id that another check has would replace it; what an earlier import wrote to the same file is replaced rightly. */
function nameImported(queries: readonly ForeignQuery[], to: string, config: Config): string[] {
  const taken = new Map(openLibrary(config).checks.map(({ id, place }) => [id, resolve(place.file)]))
  const isTaken = (id: string) => taken.has(id) && taken.get(id) !== resolve(pathOf(to, id))
  return nameChecks(
    queries.map(({ words }) => words),
    isTaken,
  )
}

function pathOf(to: string, id: string): string {
  return join(to, `${id}.yaml`)
}

function amend(draft: Draft, findings: readonly Diagnostic[], engineOf: (platform: Platform) => SchemaEngine): Draft {
  const amendments: Amendments = {
    withNeeds: findings.some(({ code }) => code === 'vacuous'),
    withoutEvidence: findings.some(({ code }) => code === 'sensitive-evidence'),
  }
  if (!amendments.withNeeds && !amendments.withoutEvidence) return draft
  const converted = convertQuery(draft.query, draft.id, engineOf, amendments)
  return 'problem' in converted ? draft : { ...draft, converted }
}

function countErrors(linted: Linted | undefined): number {
  return linted?.findings.filter(({ level }) => level === 'error').length ?? 0
}

interface Linted {
  readonly findings: readonly Diagnostic[]
  readonly broken: boolean
}

/** What lint finds in each, by id; they are read as they will be, from files. */
async function lintDrafts(drafts: readonly Draft[], config: Config): Promise<Map<string, Linted>> {
  const folder = mkdtempSync(join(tmpdir(), 'checks-import-'))
  try {
    for (const { id, converted } of drafts) writeFileSync(join(folder, `${id}.yaml`), formatYaml(converted.check))
    const library = loadLibrary([folder])
    const workbench = await openWorkbench({ ...config, params: {}, textParams: {}, paramData: [] }, library)
    const isWhole = (check: Check) => {
      try {
        for (const platform of PLATFORMS) if (check.platforms[platform]) workbench.compile(check, platform)
        return true
      } catch (error) {
        if (error instanceof ContentError) return false
        throw error
      }
    }
    return new Map(
      drafts.map(({ id }) => {
        const check = library.checks.find((each) => each.id === id)
        const found = [
          ...library.diagnostics.filter((diagnostic) => diagnostic.check === id),
          ...(check ? workbench.lint(check) : []),
        ]
        return [id, { findings: found.filter(({ code }) => code !== 'untested'), broken: !check || !isWhole(check) }]
      }),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function finish({ id, query, converted }: Draft, { findings, broken }: Linted, to: string): ImportedCheck {
  const path = broken ? `${pathOf(to, id)}.broken` : pathOf(to, id)
  const { file, line } = query.place
  const told = findings.map(({ level, code, message }) => `  ${level} [${code}]: ${message}`)
  const comment = formatYamlComment([
    `Imported from ${file}:${line}, ${query.origin}.`,
    ...converted.remarks,
    ...(told.length > 0 ? ['What checks lint said of it then:', ...told] : []),
    ...(broken ? ['It cannot be asked so: mend it, and take .broken off the name of its file.'] : []),
    'It has no tests yet.',
  ])
  const above = comment.split('\n').length + 1
  const locate = (finding: Diagnostic): Diagnostic => ({
    ...finding,
    place: { ...finding.place, file: path, line: finding.place.line + above },
  })
  return {
    id,
    path,
    text: `${comment}\n\n${formatYaml(converted.check)}`,
    origin: query.origin,
    place: query.place,
    remarks: converted.remarks,
    findings: findings.map(locate),
    broken,
  }
}
