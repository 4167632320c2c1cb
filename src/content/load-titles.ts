import { extname } from 'node:path'
import type { Diagnostic, Place } from '../core/check.ts'
import { findClosest } from '../core/find-closest.ts'
import { type Framework, type Requirement, referenceOf } from '../core/framework.ts'
import { parseCsv } from '../core/parse-csv.ts'
import { readText } from './read-text.ts'
import { describeValue, isMapping, quote } from './words.ts'
import { parseYaml } from './yaml-document.ts'

export interface TitledFrameworks {
  readonly frameworks: readonly Framework[]
  readonly diagnostics: readonly Diagnostic[]
}

interface Title {
  readonly id: string
  readonly title: string
  readonly place: Place
}

interface TitleFile {
  readonly reference: string
  readonly place: Place
  readonly titles: readonly Title[]
}

const MAX_BYTES = 4 * 1024 * 1024

/**
 * Gives requirements the titles of a user's own files. A file is YAML (`titles: example@1`, `requirements: { id: text }`)
 * or CSV (a heading `example@1,title`, then id and title). Never throws: what is wrong is in `diagnostics`.
 */
export function applyTitles(frameworks: readonly Framework[], files: readonly string[]): TitledFrameworks {
  const diagnostics: Diagnostic[] = []
  const titled = new Map(frameworks.map((framework) => [referenceOf(framework), framework]))
  for (const file of files) {
    const read = readTitles(file, diagnostics)
    if (!read) continue
    const framework = titled.get(read.reference)
    if (!framework) {
      const closest = findClosest(read.reference, titled.keys())
      const hint = closest ? `did you mean "${closest}"?` : `known: ${[...titled.keys()].join(', ')}`
      report(diagnostics, read.place, 'unknown-framework', `there is no framework ${quote(read.reference)}`, hint)
      continue
    }
    titled.set(read.reference, addTitles(framework, read.titles, diagnostics))
  }
  return { frameworks: [...titled.values()], diagnostics }
}

function addTitles(framework: Framework, titles: readonly Title[], diagnostics: Diagnostic[]): Framework {
  const given = new Map<string, string>()
  const ids = framework.requirements.map(({ id }) => id)
  const known = new Set(ids)
  for (const { id, title, place } of titles) {
    if (given.has(id))
      report(diagnostics, place, 'duplicate-title', `${quote(id)} has two titles`, 'remove one of them')
    else if (known.has(id)) given.set(id, title)
    else {
      const closest = findClosest(id, ids)
      const hint = closest ? `did you mean "${closest}"?` : `checks frameworks show ${referenceOf(framework)}`
      report(
        diagnostics,
        place,
        'unknown-requirement',
        `${referenceOf(framework)} has no requirement ${quote(id)}`,
        hint,
      )
    }
  }
  const requirements = framework.requirements.map((requirement): Requirement => {
    const title = given.get(requirement.id)
    return title === undefined ? requirement : { ...requirement, title }
  })
  return { ...framework, requirements }
}

function readTitles(file: string, diagnostics: Diagnostic[]): TitleFile | undefined {
  const read = readText(file, MAX_BYTES)
  if ('finding' in read) {
    const { code, message, hint } = read.finding
    const place = { file, line: read.line ?? 1, column: read.column ?? 1 }
    report(diagnostics, place, code, message, hint ?? 'check the file')
    return undefined
  }
  return extname(file).toLowerCase() === '.csv'
    ? readCsvTitles(read.text, file, diagnostics)
    : readYamlTitles(read.text, file, diagnostics)
}

function readCsvTitles(text: string, file: string, diagnostics: Diagnostic[]): TitleFile | undefined {
  const { records, faults } = parseCsv(text)
  const placeOf = (line: number): Place => ({ file, line, column: 1 })
  for (const { line, problem } of faults) report(diagnostics, placeOf(line), 'csv-syntax', problem, 'see RFC 4180')
  const [heading, ...rows] = records
  const reference = heading?.cells[0]?.trim() ?? ''
  if (!reference.includes('@') || heading?.cells[1]?.trim() !== 'title') {
    const message = 'the first line must be the framework and the word title'
    report(diagnostics, placeOf(heading?.line ?? 1), 'csv-heading', message, 'such as: iso-27001@2022,title')
    return undefined
  }
  const titles = rows.flatMap(({ cells, line }): Title[] => {
    const [id = '', title = ''] = cells.map((cell) => cell.trim())
    if (cells.length === 2 && id !== '' && title !== '') return [{ id, title, place: placeOf(line) }]
    report(diagnostics, placeOf(line), 'csv-cells', 'a line must hold an id and a title', 'quote a title with a comma')
    return []
  })
  return { reference, place: placeOf(heading.line), titles }
}

function readYamlTitles(text: string, file: string, diagnostics: Diagnostic[]): TitleFile | undefined {
  const parsed = parseYaml(text, file)
  diagnostics.push(...parsed.diagnostics)
  const [document] = parsed.documents
  if (!document || document.broken) return undefined
  const { value } = document
  if (!isMapping(value) || typeof value.titles !== 'string' || !isMapping(value.requirements)) {
    const hint = 'titles: iso-27001@2022, and under it requirements: { A.5.1: … }'
    report(diagnostics, document.place([]), 'titles-shape', 'the file must name a framework and its titles', hint)
    return undefined
  }
  const titles = Object.entries(value.requirements).flatMap(([id, title]): Title[] => {
    const path = ['requirements', id]
    if (typeof title === 'string' && title.trim() !== '') return [{ id, title, place: document.place(path, 'key') }]
    const message = `the title of ${quote(id)} must be text, not ${describeValue(title)}`
    report(diagnostics, document.place(path), 'wrong-type', message, 'put it in quotes')
    return []
  })
  return { reference: value.titles, place: document.place(['titles']), titles }
}

function report(diagnostics: Diagnostic[], place: Place, code: string, message: string, hint: string): void {
  diagnostics.push({ level: 'error', code, message, hint, place })
}
