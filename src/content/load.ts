import { basename } from 'node:path'
import { type Diagnostic, type Library, PLATFORMS, type Template } from '../core/check.ts'
import { buildCheck } from './build-check.ts'
import type { BuildContext } from './build-clause.ts'
import { buildTemplate } from './build-template.ts'
import { checkParamUses } from './check-params.ts'
import { checkTests } from './check-tests.ts'
import { checkUsedTemplates, checkUses } from './check-uses.ts'
import { checkTemplateName, type Definition, type DefinitionKind, isSound, parseDefinitions } from './definition.ts'
import { listFiles } from './list-files.ts'
import { readText } from './read-text.ts'
import { parseSchedule } from './schedule.ts'
import { MAX_CLAUSES, readTemplateGraph, type TemplateGraph, type Templates } from './template-graph.ts'
import { quote } from './words.ts'

export interface LoadOptions {
  /** Larger files are refused without being read; 1 MiB when absent. */
  readonly maxBytes?: number
}

const MAX_BYTES = 1024 * 1024

/**
 * Loads the checks and templates of folders. Later folders add to earlier ones and replace what has the same check id
 * or template name. Never throws: every problem of every file is in `diagnostics`, in the order of files and lines,
 * and whatever has an error is left out. A check that replaces another and is wrong does not bring the other back.
 */
export function loadLibrary(folders: readonly string[], options: LoadOptions = {}): Library {
  const diagnostics: (readonly Diagnostic[])[] = []
  const all: Definition[][] = []
  const checks = new Map<string, Definition>()
  const templates = new Map<string, Definition>()
  for (const folder of folders) {
    const definitions = readFolder(folder, options, diagnostics)
    all.push(definitions)
    for (const [name, check] of nameDefinitions(definitions, 'check')) checks.set(name, check)
    for (const [name, template] of nameDefinitions(definitions, 'template')) templates.set(name, template)
  }
  for (const template of templates.values()) {
    checkParamUses(template)
    checkUses(template, templates)
  }
  const graph = readTemplateGraph(templates)
  for (const check of checks.values()) checkMeaning(check, templates, graph)
  checkFormerIds(checks)
  for (const { reporter } of all.flat()) diagnostics.push(reporter.diagnostics)
  return {
    checks: [...checks.values()]
      .filter(isSound)
      .map((check) => buildCheck(check, makeContext(check, templates)))
      .sort(byId),
    templates: new Map(
      [...templates].flatMap(([name, template]): [string, Template][] =>
        isSound(template) && !graph.unusable.has(template)
          ? [[name, buildTemplate(template.written, template.params, makeContext(template, templates))]]
          : [],
      ),
    ),
    diagnostics: sortDiagnostics(diagnostics.flat()),
  }
}

function readFolder(
  folder: string,
  { maxBytes = MAX_BYTES }: LoadOptions,
  diagnostics: (readonly Diagnostic[])[],
): Definition[] {
  const listed = listFiles(folder)
  diagnostics.push(listed.diagnostics)
  return listed.files.flatMap(({ file, kind }) => {
    const read = readText(file, maxBytes)
    if ('finding' in read) {
      const { code, message, hint } = read.finding
      const place = { file, line: read.line ?? 1, column: read.column ?? 1 }
      diagnostics.push([{ level: 'error', code, message, ...(hint !== undefined && { hint }), place }])
      return []
    }
    const parsed = parseDefinitions(read.text, file, kind)
    diagnostics.push(parsed.diagnostics)
    const fileName = basename(file).replace(/\.ya?ml$/i, '')
    if (kind === 'template') for (const template of parsed.definitions) checkTemplateName(template, fileName)
    return parsed.definitions
  })
}

/** By name; a second one of the same name in one folder is an error, since nobody could say which is meant. */
function nameDefinitions(definitions: readonly Definition[], kind: DefinitionKind): Map<string, Definition> {
  const named = new Map<string, Definition>()
  for (const definition of definitions) {
    const { name } = definition
    if (definition.kind !== kind || name === undefined) continue
    const first = named.get(name)
    if (first === undefined) {
      named.set(name, definition)
      continue
    }
    const { file, line, column } = first.document.place(first.base)
    const key = kind === 'check' ? 'id' : 'template'
    const message = `${kind} ${quote(name)} is defined twice: here and at ${file}:${line}:${column}`
    definition.reporter.report({ code: `duplicate-${kind}`, message, hint: `give one of them another name` }, [key])
  }
  return named
}

function checkMeaning(check: Definition, templates: Templates, graph: TemplateGraph): void {
  const { written, reporter } = check
  const { schedule } = written
  if (reporter.isClean(['schedule']) && (typeof schedule === 'string' || typeof schedule === 'number')) {
    const read = parseSchedule(schedule)
    if ('problem' in read) {
      reporter.report({ code: 'bad-schedule', message: read.problem, hint: read.hint }, ['schedule'])
    }
  }
  checkParamUses(check)
  checkUses(check, templates)
  checkUsedTemplates(check, templates, graph)
  checkTests(check)
  for (const platform of PLATFORMS) {
    const size = graph.measure(check, platform)
    if (size <= MAX_CLAUSES) continue
    const message = `with its templates written out it has ${size} clauses, more than ${MAX_CLAUSES}`
    reporter.report({ code: 'too-large', message, hint: 'split the check' }, ['platforms', platform], 'key')
  }
}

/** An earlier id leads to one check only: otherwise two would inherit the same state. */
function checkFormerIds(checks: ReadonlyMap<string, Definition>): void {
  const claimed = new Map<string, string>()
  for (const [id, { written, reporter }] of checks) {
    if (!Array.isArray(written.formerly)) continue
    for (const [index, former] of (written.formerly as unknown[]).entries()) {
      if (typeof former !== 'string' || !reporter.isClean(['formerly', index])) continue
      const owner = checks.has(former) ? former : claimed.get(former)
      claimed.set(former, id)
      if (owner === undefined) continue
      const whose = checks.has(former) ? 'the id of a check that exists' : `claimed by check ${quote(owner)} as well`
      const message = `the earlier id ${quote(former)} is ${whose}`
      reporter.report({ code: 'former-id', message, hint: 'remove it' }, ['formerly', index])
    }
  }
}

function makeContext({ document, base }: Definition, templates: Templates): BuildContext {
  return {
    placeOf: (path) => document.place([...base, ...path]),
    paramsOf: (template) => templates.get(template)?.params ?? {},
  }
}

function byId(left: { id: string }, right: { id: string }): number {
  return compare(left.id, right.id)
}

/** What is said twice of one place, by way of an alias, is said once. */
function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const unique = new Map<string, Diagnostic>()
  for (const diagnostic of diagnostics) {
    const { place, code, message } = diagnostic
    unique.set(JSON.stringify([place.file, place.line, place.column, code, message]), diagnostic)
  }
  return [...unique.values()].sort(
    ({ place: a, message: left }, { place: b, message: right }) =>
      compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(left, right),
  )
}

function compare(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}
