import { extname } from 'node:path'
import type { Diagnostic, Place } from '../core/check.ts'
import { findClosest } from '../core/find-closest.ts'
import { type Framework, referenceOf } from '../core/framework.ts'
import { parseCsv } from '../core/parse-csv.ts'
import { readText } from './read-text.ts'
import { describeValue, isMapping, quote } from './words.ts'
import { parseYaml } from './yaml-document.ts'

/** What became of the requirements of one version in another: old id → new ids, none where it is gone. */
export type Renumbering = ReadonlyMap<string, readonly string[]>

export interface LoadedRenumbering {
  readonly renumbering: Renumbering
  readonly diagnostics: readonly Diagnostic[]
}

interface Written {
  readonly from: string
  readonly to: readonly string[]
  readonly place: Place
}

const MAX_BYTES = 1024 * 1024

/**
 * Reads a renumbering: YAML (a mapping of old ids to a new id, a list of them, or null), or CSV (old id and new id, with
 * the two references as its heading; a line for each new id, an empty one where it is gone). New ids must be those of
 * `target`. Never throws.
 */
export function loadRenumbering(file: string, target: Framework): LoadedRenumbering {
  const diagnostics: Diagnostic[] = []
  const read = readText(file, MAX_BYTES)
  if ('finding' in read) {
    const { code, message, hint = 'check the file' } = read.finding
    report(diagnostics, { file, line: read.line ?? 1, column: read.column ?? 1 }, code, message, hint)
    return { renumbering: new Map(), diagnostics }
  }
  const isCsv = extname(file).toLowerCase() === '.csv'
  const written = isCsv ? readCsv(read.text, file, diagnostics) : readYaml(read.text, file, diagnostics)
  const known = target.requirements.map(({ id }) => id)
  const renumbering = new Map<string, string[]>()
  for (const { from, to, place } of written) {
    for (const id of to.filter((each) => !known.includes(each))) {
      const closest = findClosest(id, known)
      const hint = closest ? `did you mean "${closest}"?` : `checks frameworks show ${referenceOf(target)}`
      report(diagnostics, place, 'unknown-requirement', `${referenceOf(target)} has no requirement ${quote(id)}`, hint)
    }
    renumbering.set(from, [...new Set([...(renumbering.get(from) ?? []), ...to])])
  }
  return { renumbering, diagnostics }
}

function readCsv(text: string, file: string, diagnostics: Diagnostic[]): Written[] {
  const { records, faults } = parseCsv(text)
  const placeOf = (line: number): Place => ({ file, line, column: 1 })
  for (const { line, problem } of faults) report(diagnostics, placeOf(line), 'csv-syntax', problem, 'see RFC 4180')
  return records.slice(1).flatMap(({ cells, line }): Written[] => {
    const [from = '', to = ''] = cells.map((cell) => cell.trim())
    if (cells.length === 2 && from !== '') return [{ from, to: to === '' ? [] : [to], place: placeOf(line) }]
    report(
      diagnostics,
      placeOf(line),
      'csv-cells',
      'a line must hold an old id and a new one',
      'such as: 3.1.1,03.01.01',
    )
    return []
  })
}

function readYaml(text: string, file: string, diagnostics: Diagnostic[]): Written[] {
  const parsed = parseYaml(text, file)
  diagnostics.push(...parsed.diagnostics)
  const [document] = parsed.documents
  if (!document || document.broken) return []
  if (!isMapping(document.value)) {
    const message = `a renumbering must be a mapping of old ids to new ones, not ${describeValue(document.value)}`
    report(diagnostics, document.place([]), 'wrong-type', message, 'such as: 3.1.1: 03.01.01')
    return []
  }
  return Object.entries(document.value).flatMap(([from, value]): Written[] => {
    const to = value === null ? [] : Array.isArray(value) ? (value as unknown[]) : [value]
    const place = document.place([from])
    if (to.every((id): id is string => typeof id === 'string' && id !== '')) return [{ from, to, place }]
    const message = `what became of ${quote(from)} must be an id, a list of ids or null, not ${describeValue(value)}`
    report(diagnostics, place, 'wrong-type', message, 'put ids that look like numbers in quotes')
    return []
  })
}

function report(diagnostics: Diagnostic[], place: Place, code: string, message: string, hint: string): void {
  diagnostics.push({ level: 'error', code, message, hint, place })
}
