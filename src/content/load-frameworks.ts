import type { Diagnostic } from '../core/check.ts'
import { type Framework, type Measure, type Requirement, referenceOf } from '../core/framework.ts'
import { buildSource, type Plain } from './build-clause.ts'
import { checkRequirements } from './check-requirements.ts'
import { FRAMEWORK_FILE_SCHEMA } from './framework-schema.ts'
import { type FileKind, isSoundFile, readDefinitionFiles, type WrittenFile } from './read-definitions.ts'
import { addSupports, SUPPORT_KIND, type WrittenSupport } from './supports.ts'
import { quote } from './words.ts'

export interface FrameworkFolder {
  readonly folder: string
  /** Ids of the checks that its frameworks may name; undefined: they are not looked at. */
  readonly checks: ReadonlySet<string> | undefined
}

export interface LoadedFrameworks {
  /** By reference, in alphabetical order. */
  readonly frameworks: readonly Framework[]
  readonly diagnostics: readonly Diagnostic[]
}

const KIND: FileKind = {
  noun: 'framework',
  key: 'framework',
  schema: FRAMEWORK_FILE_SCHEMA,
  nameOf: ({ framework, version }) =>
    typeof framework === 'string' && typeof version === 'string' ? `${framework}@${version}` : undefined,
}

/**
 * Loads the frameworks of folders; one of a later folder replaces one of the same reference. Files of supports then add
 * checks to their requirements. Never throws: every
 * problem is in `diagnostics`, and whatever has an error is left out.
 */
export function loadFrameworks(folders: readonly FrameworkFolder[]): LoadedFrameworks {
  const diagnostics: Diagnostic[] = []
  const found = new Map<string, WrittenFile>()
  const all: WrittenFile[] = []
  const supports: WrittenSupport[] = []
  for (const { folder, checks } of folders) {
    const read = readDefinitionFiles(folder, [KIND, SUPPORT_KIND])
    diagnostics.push(...read.diagnostics)
    const own = new Map<string, WrittenFile>()
    for (const file of read.files) {
      all.push(file)
      if (file.kind === SUPPORT_KIND) {
        supports.push({ file, checks })
        continue
      }
      checkRequirements(file, checks)
      const reference = KIND.nameOf(file.written)
      if (reference === undefined) continue
      const first = own.get(reference)
      if (first) reportDuplicate(file, reference, first)
      else own.set(reference, file)
    }
    for (const [reference, file] of own) found.set(reference, file)
  }
  const sound = [...found.values()].filter(isSoundFile).map(buildFramework)
  const frameworks = addSupports(sound, supports, new Set(found.keys()))
  for (const { reporter } of all) diagnostics.push(...reporter.diagnostics)
  return { frameworks: frameworks.sort((a, b) => (referenceOf(a) < referenceOf(b) ? -1 : 1)), diagnostics }
}

function reportDuplicate({ reporter }: WrittenFile, reference: string, first: WrittenFile): void {
  const { file, line, column } = first.document.place([])
  const message = `framework ${quote(reference)} is defined twice: here and at ${file}:${line}:${column}`
  reporter.report({ code: 'duplicate-framework', message, hint: 'give one of them another version' }, ['framework'])
}

/** From values in which no error was found. */
function buildFramework({ written, document }: WrittenFile): Framework {
  const requirements = Object.entries(written.requirements as Readonly<Record<string, Plain>>)
  return {
    id: written.framework as string,
    version: written.version as string,
    title: written.title as string,
    publisher: written.publisher as string,
    source: buildSource(written.source).source ?? [],
    licence: written.licence as string,
    titles: written.titles as Framework['titles'],
    ...(written.partial !== undefined && { partial: written.partial as string }),
    formerly: (written.formerly as string[] | undefined) ?? [],
    requirements: requirements.map(([id, requirement]) => buildRequirement(id, requirement, document)),
    place: document.place([]),
  }
}

function buildRequirement(id: string, written: Plain, document: WrittenFile['document']): Requirement {
  const checks = (written.checks as string[] | undefined) ?? []
  return {
    id,
    ...(written.title !== undefined && { title: written.title as string }),
    ...(written.parent !== undefined && { parent: written.parent as string }),
    heading: written.heading === true,
    measure: (written.measure as Measure | undefined) ?? (checks.length > 0 ? 'partly' : 'attested'),
    checks,
    ...(written.reason !== undefined && { reason: written.reason as string }),
    place: document.place(['requirements', id], 'key'),
  }
}
