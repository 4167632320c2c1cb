import type { AssetScope } from '../core/acceptance.ts'
import { EVERY_ASSET } from '../core/acceptance.ts'
import type { Attestation } from '../core/attestation.ts'
import type { Diagnostic, Severity } from '../core/check.ts'
import type { AnyAcceptance } from '../core/expiry.ts'
import type { Waiver } from '../core/waiver.ts'
import { readZonedTime } from '../core/zoned-time.ts'
import type { Plain } from './build-clause.ts'
import { type AcceptanceContext, checkAcceptance } from './check-acceptance.ts'
import { type FileKind, readDefinitionFiles, type WrittenFile } from './read-definitions.ts'
import { WAIVER_FILE_SCHEMA } from './waiver-schema.ts'
import { isMapping, quote } from './words.ts'

export interface LoadedWaivers {
  /** In the order of the files. */
  readonly waivers: readonly Waiver[]
  readonly attestations: readonly Attestation[]
  readonly diagnostics: readonly Diagnostic[]
}

const KIND: FileKind = {
  noun: 'file of waivers',
  key: 'waivers',
  schema: WAIVER_FILE_SCHEMA,
  nameOf: () => undefined,
}

const LISTS = { waivers: 'waiver', attestations: 'attestation' } as const satisfies Readonly<
  Record<string, AnyAcceptance['kind']>
>

/**
 * Loads the waivers and attestations of folders. Never throws: every problem is in `diagnostics`, and whatever has an
 * error is left out.
 */
export function loadWaivers(folders: readonly string[], context: AcceptanceContext): LoadedWaivers {
  const diagnostics: Diagnostic[] = []
  const found: AnyAcceptance[] = []
  const named = new Map<string, string>()
  for (const folder of folders) {
    const read = readDefinitionFiles(folder, [KIND])
    diagnostics.push(...read.diagnostics)
    for (const file of read.files) {
      for (const [list, kind] of Object.entries(LISTS)) {
        const written: readonly unknown[] = Array.isArray(file.written[list]) ? file.written[list] : []
        for (const [index, item] of written.entries()) {
          if (!isMapping(item)) continue
          const path = [list, index]
          refuseDuplicate(file, kind, item, path, named)
          checkAcceptance(file, kind, item, path, context)
          if (!file.document.broken && file.reporter.isClean(path)) found.push(build(kind, item, file, path))
        }
      }
      diagnostics.push(...file.reporter.diagnostics)
    }
  }
  return {
    waivers: found.filter((each) => each.kind === 'waiver'),
    attestations: found.filter((each) => each.kind === 'attestation'),
    diagnostics,
  }
}

function refuseDuplicate(
  { document, reporter }: WrittenFile,
  kind: string,
  { id }: Plain,
  path: readonly (string | number)[],
  named: Map<string, string>,
): void {
  if (typeof id !== 'string') return
  const first = named.get(`${kind} ${id}`)
  const { file, line, column } = document.place([...path, 'id'])
  if (first === undefined) named.set(`${kind} ${id}`, `${file}:${line}:${column}`)
  else {
    const message = `${kind} ${quote(id)} is written twice: here and at ${first}`
    reporter.report({ code: 'duplicate-id', message, hint: 'give one of them another id' }, [...path, 'id'])
  }
}

/** From values in which no error was found. */
function build(kind: AnyAcceptance['kind'], written: Plain, { document }: WrittenFile, path: Path): AnyAcceptance {
  const terms = {
    id: written.id as string,
    assets: buildScope(written.assets),
    from: timeOf(written.from),
    until: timeOf(written.until),
    origin: document.place(path),
  }
  if (kind === 'waiver') {
    return {
      kind,
      ...terms,
      checks: written.checks as string[],
      reason: written.reason as string,
      approver: written.approver as string,
      risk: written.risk as Severity,
      ...(written.compensating !== undefined && { compensating: written.compensating as string }),
    }
  }
  return {
    kind,
    ...terms,
    framework: written.framework as string,
    requirements: written.requirements as string[],
    by: written.by as string,
    statement: written.statement as string,
    ...(written.evidence !== undefined && { evidence: written.evidence as NonNullable<Attestation['evidence']> }),
  }
}

type Path = readonly (string | number)[]

function buildScope(written: unknown): AssetScope {
  if (!isMapping(written)) return EVERY_ASSET
  const texts = (list: unknown) => (list as string[] | undefined) ?? []
  return {
    all: written.all === true,
    ids: texts(written.ids).map((id) => id.toLowerCase()),
    names: texts(written.names),
    labels: texts(written.labels),
  }
}

function timeOf(written: unknown): number {
  const read = readZonedTime(written as string)
  return 'at' in read ? read.at : 0
}
