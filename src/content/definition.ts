import type { Diagnostic } from '../core/check.ts'
import type { Plain } from './build-clause.ts'
import { buildParamSpecs, type ParamSpecs } from './param-spec.ts'
import { createReporter, type Reporter } from './reporter.ts'
import { CHECK_FILE_SCHEMA, TEMPLATE_FILE_SCHEMA } from './schema.ts'
import { validate } from './validate.ts'
import { describeValue, isMapping, quote } from './words.ts'
import { type Path, parseYaml, type YamlDocument, type YamlFile } from './yaml-document.ts'

export type DefinitionKind = 'check' | 'template'

/** A check or a template as it was written, with the problems found in it so far. */
export interface Definition {
  readonly kind: DefinitionKind
  /** The check's id or the template's name, if it can be read. */
  readonly name: string | undefined
  readonly written: Plain
  /** The parameters that were declared soundly; `written.params` names all of them. */
  readonly params: ParamSpecs
  readonly reporter: Reporter
  readonly document: YamlDocument
  readonly base: Path
  /** The lines that it was written on. */
  readonly text: string
}

export interface ParsedFile {
  readonly definitions: readonly Definition[]
  /** Problems of the file; those of its definitions are with their reporters. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Whether nothing is wrong with it, so that it may be built. */
export function isSound({ document, reporter }: Definition): boolean {
  return !document.broken && reporter.diagnostics.every(({ level }) => level !== 'error')
}

/** The definitions in the text of a file, each checked against the schema. */
export function parseDefinitions(text: string, file: string, kind: DefinitionKind): ParsedFile {
  const parsed = parseYaml(text, file)
  const documents = parsed.documents.filter(({ value }) => value !== null)
  const diagnostics = [...parsed.diagnostics]
  if (documents.length === 0 && diagnostics.length === 0) diagnostics.push(warnEmpty(parsed, file, kind))
  const definitions: Omit<Definition, 'text'>[] = []
  for (const [index, document] of documents.entries()) {
    if (kind === 'template' && index > 0) {
      diagnostics.push(
        fail(document, [], 'template-file', 'a template file holds one template', 'move it to its own file'),
      )
    } else if (kind === 'check' && Array.isArray(document.value)) {
      if (document.value.length === 0) diagnostics.push(warnEmpty(parsed, file, kind))
      for (const position of document.value.keys()) readDefinition(document, [position], kind, definitions, diagnostics)
    } else {
      readDefinition(document, [], kind, definitions, diagnostics)
    }
  }
  return { definitions: addTexts(definitions, text), diagnostics }
}

/** Gives each definition the lines from its first to the next one's; what stands between two belongs to neither. */
function addTexts(definitions: readonly Omit<Definition, 'text'>[], text: string): Definition[] {
  const lines = text.split(/\r\n|\r|\n/)
  const firstLineOf = ({ document, base }: Omit<Definition, 'text'>) => document.place(base).line - 1
  return definitions.map((definition, index) => {
    const next = definitions[index + 1]
    const own = lines.slice(firstLineOf(definition), next && firstLineOf(next))
    return { ...definition, text: `${own.join('\n').replace(/(?:\n(?:\s*(?:#.*)?|---.*|\.\.\.))+$/, '')}\n` }
  })
}

function readDefinition(
  document: YamlDocument,
  base: Path,
  kind: DefinitionKind,
  definitions: Omit<Definition, 'text'>[],
  diagnostics: Diagnostic[],
): void {
  const written = base.length === 0 ? document.value : (document.value as unknown[])[base[0] as number]
  if (!isMapping(written)) {
    const key = kind === 'check' ? 'id:' : 'template:'
    const message = `a ${kind} must be a mapping of keys, not ${describeValue(written)}`
    diagnostics.push(fail(document, base, 'wrong-type', message, `start with "${key} some-name"`))
    return
  }
  const key = kind === 'check' ? written.id : written.template
  const name = typeof key === 'string' && key !== '' ? key : undefined
  const reporter = createReporter(document, base, kind === 'check' ? name : undefined)
  if (kind === 'check') validate(written, { $ref: '#/$defs/check' }, CHECK_FILE_SCHEMA, reporter)
  else validate(written, TEMPLATE_FILE_SCHEMA, TEMPLATE_FILE_SCHEMA, reporter)
  const params = buildParamSpecs(written.params, reporter)
  definitions.push({ kind, name, written, params, reporter, document, base })
}

/** A template is found by its file's name, so both must be the same. */
export function checkTemplateName({ name, reporter }: Definition, fileName: string): void {
  if (name === undefined || name === fileName) return
  const message = `template ${quote(name)} stands in a file named ${quote(fileName)}`
  reporter.report({ code: 'template-name', message, hint: 'give both the same name' }, ['template'])
}

function warnEmpty(file: YamlFile, name: string, kind: DefinitionKind): Diagnostic {
  const place = file.documents[0]?.place([]) ?? { file: name, line: 1, column: 1 }
  return { level: 'warning', code: 'empty-file', message: `no ${kind} in this file`, hint: 'remove the file', place }
}

function fail(document: YamlDocument, path: Path, code: string, message: string, hint: string): Diagnostic {
  return { level: 'error', code, message, hint, place: document.place(path) }
}
