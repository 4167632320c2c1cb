import type { Diagnostic, Severity } from '../core/check.ts'
import type { CheckSet, Profile } from '../core/profile.ts'
import type { Plain } from './build-clause.ts'
import { checkProfile, type ProfileContext } from './check-profile.ts'
import { PROFILE_FILE_SCHEMA } from './profile-schema.ts'
import { type FileKind, isSoundFile, readDefinitionFiles, type WrittenFile } from './read-definitions.ts'
import { isMapping, quote } from './words.ts'

export interface LoadedProfiles {
  /** In alphabetical order of their ids. */
  readonly profiles: readonly Profile[]
  readonly diagnostics: readonly Diagnostic[]
}

const KIND: FileKind = {
  noun: 'profile',
  key: 'profile',
  schema: PROFILE_FILE_SCHEMA,
  nameOf: ({ profile }) => (typeof profile === 'string' ? profile : undefined),
}

/**
 * Loads the profiles of folders; one of a later folder replaces one of the same id. Never throws: every problem is in
 * `diagnostics`, and whatever has an error is left out.
 */
export function loadProfiles(
  folders: readonly string[],
  { checks, frameworks }: Pick<ProfileContext, 'checks' | 'frameworks'>,
): LoadedProfiles {
  const diagnostics: Diagnostic[] = []
  const found = new Map<string, WrittenFile>()
  const all: WrittenFile[] = []
  for (const folder of folders) {
    const read = readDefinitionFiles(folder, [KIND])
    diagnostics.push(...read.diagnostics)
    all.push(...read.files)
    const own = new Map<string, WrittenFile>()
    for (const file of read.files) {
      const id = KIND.nameOf(file.written)
      const first = id === undefined ? undefined : own.get(id)
      if (id !== undefined && first) reportDuplicate(file, id, first)
      else if (id !== undefined) own.set(id, file)
    }
    for (const [id, file] of own) found.set(id, file)
  }
  const written = new Map([...found].map(([id, file]) => [id, file.written]))
  for (const file of found.values()) checkProfile(file, { checks, frameworks, profiles: written })
  for (const { reporter } of all) diagnostics.push(...reporter.diagnostics)
  const profiles = [...found.values()].filter(isSoundFile).map(buildProfile)
  return { profiles: profiles.sort((a, b) => (a.id < b.id ? -1 : 1)), diagnostics }
}

function reportDuplicate({ reporter }: WrittenFile, id: string, first: WrittenFile): void {
  const { file, line, column } = first.document.place([])
  const message = `profile ${quote(id)} is defined twice: here and at ${file}:${line}:${column}`
  reporter.report({ code: 'duplicate-profile', message, hint: 'give one of them another name' }, ['profile'])
}

/** From values in which no error was found. */
function buildProfile({ written, document }: WrittenFile): Profile {
  return {
    id: written.profile as string,
    title: written.title as string,
    ...(written.description !== undefined && { description: written.description as string }),
    extends: (written.extends as string[] | undefined) ?? [],
    ...(written.framework !== undefined && { framework: written.framework as string }),
    ...(isMapping(written.include) && { include: buildSet(written.include) }),
    exclude: ((written.exclude as Plain[] | undefined) ?? []).map((exclusion) => ({
      ...buildSet(exclusion),
      reason: exclusion.reason as string,
    })),
    params: (written.params as Profile['params'] | undefined) ?? {},
    severity: (written.severity as Readonly<Record<string, Severity>> | undefined) ?? {},
    place: document.place([]),
  }
}

function buildSet({ checks, tags, requirements }: Plain): CheckSet {
  const texts = (written: unknown) => (written as string[] | undefined) ?? []
  return { checks: texts(checks), tags: texts(tags), requirements: texts(requirements) }
}
