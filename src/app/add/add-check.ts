import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../../config.ts'
import { toTitle } from '../../content/import/foreign-query.ts'
import { loadLibrary } from '../../content/load.ts'
import type { Platform, Severity } from '../../core/check.ts'
import { EXIT, KeelsonError } from '../../core/errors.ts'
import type { Source } from '../../core/source.ts'
import { formatYaml, formatYamlComment, type YamlMapping } from '../../formats/yaml.ts'
import { factsOf } from '../../sql/table-facts.ts'
import { nameChecks } from '../exchange/name-checks.ts'
import { ContentError, openLibrary } from '../library.ts'
import { runChecks } from '../run-checks.ts'
import { openWorkbench } from '../workbench.ts'
import type { Draft, DraftOptions, Probe } from './draft.ts'
import { type AddKind, DRAFTS } from './kinds.ts'

export interface AddRequest extends DraftOptions {
  readonly kind: AddKind
  readonly name: string
  readonly id?: string | undefined
  readonly severity?: Severity | undefined
  /** The platform that the machine is meant to have. */
  readonly platform?: Platform | undefined
  /** Milliseconds since 1970. */
  readonly now: number
}

export interface AddedCheck {
  readonly id: string
  readonly text: string
  /** What was found, in words. */
  readonly found: string
}

/**
 * A check that holds now, written from what a machine answers, with its tests. It is linted, tested and asked before it
 * is handed out. @throws KeelsonError where something cannot be seen, or the check would not pass
 */
export async function addCheck(source: Source, request: AddRequest, config: Config): Promise<AddedCheck> {
  const { platform, host } = await describe(source, config)
  if (request.platform !== undefined && request.platform !== platform) {
    throw new KeelsonError('platform', `this machine is ${platform}, not ${request.platform}: nothing was looked at`, {
      hint: 'run it on a machine of that platform',
    })
  }
  const ask: Probe['ask'] = (sql) => source.query(sql, { timeout: config.timeout })
  const draft = await DRAFTS[request.kind](request.name, { platform, ask }, request)
  const taken = new Set(openLibrary(config).checks.map(({ id }) => id))
  const id = request.id ?? (nameChecks([draft.words], (each) => taken.has(each))[0] as string)
  const day = new Date(request.now).toISOString().slice(0, 10)
  const comment = formatYamlComment([`Written from what was found on ${host}, ${day}: ${draft.found}.`])
  const text = `${comment}\n\n${formatYaml(writeOut(toCheck(draft, id, platform, request)))}`
  await prove(text, draft, source, config)
  return { id, text, found: draft.found }
}

async function describe(source: Source, { timeout }: Config): Promise<{ platform: Platform; host: string }> {
  const [os] = await source.query('SELECT platform FROM os_version', { timeout })
  const [system] = await source.query('SELECT hostname FROM system_info', { timeout })
  const name = os?.platform
  return {
    platform: name === 'darwin' || name === 'windows' ? name : 'linux',
    host: system?.hostname || 'this machine',
  }
}

/** Each value by itself: anchors save little here, and are hard to read. */
function writeOut(check: YamlMapping): YamlMapping {
  return JSON.parse(JSON.stringify(check)) as YamlMapping
}

function toCheck(draft: Draft, id: string, platform: Platform, { kind, severity }: AddRequest): YamlMapping {
  const tables = [...new Set(draft.cases.flatMap(({ given }) => Object.keys(given)))]
  const [sound] = draft.cases
  const needsRoot = tables.some((table) => factsOf(table)?.needsRoot?.includes(platform))
  const unreadable = Object.fromEntries(tables.map((table) => [table, 'permission denied']))
  return {
    id,
    title: toTitle(draft.title),
    severity: severity ?? 'medium',
    tags: ['added', kind],
    platforms: { [platform]: draft.clause },
    tests: [
      ...draft.cases.map(({ name, given, verdict }) => ({ name, platform, given, verdict })),
      { name: 'cannot be read', platform, error: unreadable, verdict: 'error', reason: 'permission denied' },
      ...(needsRoot && sound
        ? [{ name: 'not root', platform, root: false, given: sound.given, verdict: 'error' }]
        : []),
    ] as YamlMapping[],
  }
}

async function prove(text: string, draft: Draft, source: Source, config: Config): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'checks-add-'))
  try {
    writeFileSync(join(folder, 'check.yaml'), text)
    const library = loadLibrary([folder])
    const own = { ...config, params: {}, textParams: {}, paramData: [] }
    const workbench = await openWorkbench(own, library)
    const [check] = library.checks
    const findings = [...library.diagnostics, ...library.checks.flatMap((each) => workbench.lint(each))]
    if (!check || findings.length > 0) throw new ContentError(findings)
    const failed = check.tests.map((test) => workbench.test(check, test)).find(({ passed }) => !passed)
    if (failed) throw new KeelsonError('add', `its test "${failed.test.name}" does not pass: ${failed.problem}`)
    const selection = { patterns: [check.id], tags: [] }
    const { results } = await runChecks(source, workbench, {
      config: own,
      library,
      selection,
      all: true,
      clock: Date.now,
    })
    const [result] = results
    if (result?.verdict === 'pass') return
    const reason = result?.reason ?? 'it was not judged'
    throw new KeelsonError('unseen', `${draft.found}, but that cannot be relied on: ${reason}`, {
      hint: 'run it as root, with a source that can see it: checks doctor tells more',
      exit: EXIT.unjudged,
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
