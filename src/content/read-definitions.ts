import { basename } from 'node:path'
import type { Diagnostic } from '../core/check.ts'
import type { Plain } from './build-clause.ts'
import type { JsonSchema } from './json-schema.ts'
import { listFiles } from './list-files.ts'
import { readText } from './read-text.ts'
import { createReporter, type Reporter } from './reporter.ts'
import { validate } from './validate.ts'
import { describeValue, isMapping, quote } from './words.ts'
import { parseYaml, type YamlDocument } from './yaml-document.ts'

/** What one file says, checked against its schema, with the problems found in it so far. */
export interface WrittenFile {
  readonly kind: FileKind
  readonly written: Plain
  readonly document: YamlDocument
  readonly reporter: Reporter
}

export interface FileKind {
  /** In messages, such as "framework". */
  readonly noun: string
  /** The key that such a file begins with. */
  readonly key: string
  readonly schema: JsonSchema
  /** The name that the file must have, without `.yaml`; undefined where it cannot be told. */
  nameOf(written: Plain): string | undefined
}

const MAX_BYTES = 1024 * 1024

/**
 * Every YAML file of a folder that holds one definition each, of one of these kinds; one that has no kind's key is taken
 * for the first. Never throws: problems are in the answer.
 */
export function readDefinitionFiles(
  folder: string,
  kinds: readonly [FileKind, ...FileKind[]],
): { readonly files: readonly WrittenFile[]; readonly diagnostics: readonly Diagnostic[] } {
  const listed = listFiles(folder)
  const diagnostics: Diagnostic[] = [...listed.diagnostics]
  const files = listed.files.flatMap(({ file }) => {
    const read = readText(file, MAX_BYTES)
    if (!('finding' in read)) return readDefinitionText(read.text, file, kinds, diagnostics)
    const { code, message, hint } = read.finding
    const place = { file, line: read.line ?? 1, column: read.column ?? 1 }
    diagnostics.push({ level: 'error', code, message, ...(hint !== undefined && { hint }), place })
    return []
  })
  return { files, diagnostics }
}

function readDefinitionText(
  text: string,
  file: string,
  kinds: readonly [FileKind, ...FileKind[]],
  diagnostics: Diagnostic[],
): WrittenFile[] {
  const parsed = parseYaml(text, file)
  diagnostics.push(...parsed.diagnostics)
  const [document, second] = parsed.documents.filter(({ value }) => value !== null)
  const top = document?.value
  const kind = kinds.find(({ key }) => isMapping(top) && key in top) ?? kinds[0]
  const { noun, key, schema, nameOf } = kind
  if (second) {
    const message = `a file holds one ${noun}`
    diagnostics.push({
      level: 'error',
      code: 'one-per-file',
      message,
      hint: 'move it to its own file',
      place: second.place([]),
    })
  }
  if (!document) {
    const place = { file, line: 1, column: 1 }
    const message = `no ${noun} in this file`
    if (parsed.diagnostics.length === 0)
      diagnostics.push({ level: 'warning', code: 'empty-file', message, hint: 'remove the file', place })
    return []
  }
  const reporter = createReporter(document, [])
  if (!isMapping(document.value)) {
    const message = `a ${noun} must be a mapping of keys, not ${describeValue(document.value)}`
    reporter.report({ code: 'wrong-type', message, hint: `start with "${key}: some-name"` }, [])
    diagnostics.push(...reporter.diagnostics)
    return []
  }
  const written = document.value
  validate(written, schema, schema, reporter)
  const wanted = nameOf(written)
  const found = basename(file).replace(/\.ya?ml$/i, '')
  if (wanted !== undefined && wanted !== found) {
    const message = `${noun} ${quote(wanted)} stands in a file named ${quote(found)}`
    reporter.report({ code: 'file-name', message, hint: `call the file ${wanted}.yaml` }, [key])
  }
  return [{ kind, written, document, reporter }]
}

/** Whether nothing is wrong with it, so that it may be built. */
export function isSoundFile({ document, reporter }: WrittenFile): boolean {
  return !document.broken && reporter.diagnostics.every(({ level }) => level !== 'error')
}
