import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { type CarriedText, type CarryOver, carryOver } from '../../content/carry-over.ts'
import { loadRenumbering } from '../../content/load-renumbering.ts'
import { isMapping } from '../../content/words.ts'
import { parseYaml } from '../../content/yaml-document.ts'
import { KeelsonError, messageOf } from '../../core/errors.ts'
import { type Framework, referenceOf } from '../../core/framework.ts'
import { FrameworkError } from './open-frameworks.ts'

export interface Migration {
  /** The reference that the files speak of; a framework of it need no longer be known. */
  readonly from: string
  readonly target: Framework
  /** A file that says what became of each requirement; without it ids stay what they are. */
  readonly map: string | undefined
  readonly files: readonly string[]
}

export interface MigratedFile extends CarriedText {
  readonly file: string
}

/**
 * What profiles, attestations and waivers become when a framework is renumbered. Nothing is written. History needs no
 * migration: it is kept by check, and checks know nothing of frameworks. @throws KeelsonError
 */
export function migrateFiles({ from, target, map, files }: Migration): MigratedFile[] {
  const options = toCarryOver(from, target, map)
  const read = files.map((file) => ({ file, text: readFile(file) }))
  for (const { file, text } of read) {
    const errors = parseYaml(text, file).diagnostics.filter(({ level }) => level === 'error')
    if (errors.length > 0) throw new FrameworkError(errors)
  }
  const speaking = listSpeaking(read, from)
  return read.map(({ file, text }) => ({ file, ...carryOver(text, file, options, speaking.has(file)) }))
}

/** How requirements of one framework are found in another: also for those that a store keeps. @throws FrameworkError */
export function toCarryOver(from: string, target: Framework, map: string | undefined): CarryOver {
  const { renumbering, diagnostics } = map === undefined ? NO_RENUMBERING : loadRenumbering(map, target)
  if (diagnostics.length > 0) throw new FrameworkError(diagnostics)
  return { from, to: referenceOf(target), renumbering, known: new Set(target.requirements.map(({ id }) => id)) }
}

const NO_RENUMBERING = { renumbering: new Map<string, readonly string[]>(), diagnostics: [] }

/** Files of profiles that name no framework, and extend one of these files that speaks of it. */
function listSpeaking(read: readonly { file: string; text: string }[], from: string): ReadonlySet<string> {
  const values = read.map(({ file, text }) => ({ file, value: parseYaml(text, file).documents[0]?.value }))
  const profiles = values.flatMap(({ file, value }) =>
    isMapping(value) && 'profile' in value ? [{ file, value }] : [],
  )
  const speaking = new Set(profiles.flatMap(({ file, value }) => (value.framework === from ? file : [])))
  const speaks = (id: unknown) => profiles.some(({ file, value }) => value.profile === id && speaking.has(file))
  for (let before = -1; before !== speaking.size; ) {
    before = speaking.size
    for (const { file, value } of profiles) {
      if ('framework' in value || !Array.isArray(value.extends)) continue
      if ((value.extends as unknown[]).some(speaks)) speaking.add(file)
    }
  }
  return speaking
}

/** Writes the files into a folder under their own names. @throws KeelsonError when one is there already */
export function writeMigrated(migrated: readonly MigratedFile[], folder: string): readonly string[] {
  const places = migrated.map(({ file }) => join(resolve(folder), basename(file)))
  const taken = places.find((path, index) => existsSync(path) || places.indexOf(path) !== index)
  if (taken !== undefined) {
    throw new KeelsonError('file-exists', `${taken} is there already: nothing was written`, {
      hint: 'name another folder with --out',
    })
  }
  mkdirSync(folder, { recursive: true })
  for (const [index, { text }] of migrated.entries()) writeFileSync(places[index] as string, text, { flag: 'wx' })
  return places
}

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new KeelsonError('unreadable-file', `cannot read ${file}: ${messageOf(cause)}`, {
      cause,
      hint: 'check that it exists and that you may read it',
    })
  }
}
