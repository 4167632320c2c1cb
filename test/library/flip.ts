import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { paramsOf } from '../../src/app/params.ts'
import { openLibrary, openWorkbench, runChecks } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import type { ParamValue } from '../../src/core/check.ts'
import type { CheckResult } from '../../src/core/report.ts'
import { compileCheck } from '../../src/sql/compile.ts'
import { readSchema, tablesOf } from '../../src/sql/schema.ts'
import { SchemaEngine } from '../../src/sql/schema-engine.ts'
import { loadSqlite } from '../../src/sql/sqlite.ts'
import { OUTSPOKEN_GATES } from '../../src/sql/table-gates.ts'
import { type Files, writeFiles } from './files.ts'
import { HostSource } from './host-source.ts'
import { SKELETONS, type SystemName } from './skeleton.ts'

export type { FileSpec, Files } from './files.ts'
export { dpkgStatus, printing, rpm, systemctl } from './stand-ins.ts'

/** A check, seen to fail over one set of files and to pass over another. */
export interface Flip {
  readonly check: string
  readonly params?: Readonly<Record<string, ParamValue>>
  /** Whose skeleton lies beneath; Debian 12 unless given. */
  readonly system?: SystemName
  /** Without the tables of the extension: the clause that plain osquery is left with. */
  readonly plain?: boolean
  /** Files besides the skeleton, in both states. */
  readonly base?: Files
  readonly fail: Files
  /** Written over what failed. */
  readonly pass: Files
  /** What the machine that tests must have; where it has not, the flip is skipped. */
  readonly needs?: readonly Need[]
  /** What the reason of the failure must contain. */
  readonly reason?: string
}

export type Need = 'augtool' | 'root'

/** What a file of flips exports: those, and the checks of its topic that cannot be flipped so, each with the reason. */
export interface FlipFile {
  readonly FLIPS: readonly Flip[]
  readonly NOT_FLIPPED?: Readonly<Record<string, string>>
}

const config = readConfig({}, {}, '/')
export const library = openLibrary(config)
const workbench = await openWorkbench(config, library)
const engine = new SchemaEngine(await loadSqlite(), 'linux', tablesOf(readSchema(), 'linux'))

/** The results over the failing files and over the passing ones, in a temporary root that is gone afterwards. */
export async function flip(flipped: Flip): Promise<{ failed: CheckResult; passed: CheckResult }> {
  const root = mkdtempSync(join(tmpdir(), 'keelson-flip-'))
  try {
    writeFiles(root, SKELETONS[flipped.system ?? 'debian'])
    writeFiles(root, { ...flipped.base, ...flipped.fail })
    const failed = await judge(root, flipped)
    writeFiles(root, flipped.pass)
    return { failed, passed: await judge(root, flipped) }
  } finally {
    rmSync(root, { recursive: true })
  }
}

async function judge(root: string, { check: id, params = {}, plain = false }: Flip): Promise<CheckResult> {
  // Made anew each time: what a host has read it keeps for a moment.
  const source = new HostSource(root, plain)
  const unset = { params: {}, textParams: {}, file: undefined }
  const { results } = await runChecks(
    source,
    {
      ...workbench,
      compile: (check) =>
        compileCheck(check, engine, {
          templates: library.templates,
          values: paramsOf(check, unset, params),
          ...OUTSPOKEN_GATES,
        }),
    },
    { config, library, selection: { patterns: [id], tags: [] }, clock: Date.now },
  )
  return results[0] as CheckResult
}

/** Whether this machine has what a flip needs; who owns files can be said by root only. */
export function isPossible({ needs = [], base = {}, fail, pass }: Flip): boolean {
  const owns = [base, fail, pass].some((files) =>
    Object.values(files).some((file) => typeof file === 'object' && (file?.uid ?? file?.gid) !== undefined),
  )
  if ((owns || needs.includes('root')) && process.getuid?.() !== 0) return false
  return !needs.includes('augtool') || hasAugtool()
}

function hasAugtool(): boolean {
  try {
    execFileSync('augtool', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
