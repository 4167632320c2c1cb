import { readFileSync } from 'node:fs'
import { isMapping } from '../../content/words.ts'
import { parseYaml, type YamlDocument } from '../../content/yaml-document.ts'
import type { Place } from '../../core/check.ts'
import type { Survivor } from './find-survivors.ts'

/** Where a mutant was made, in the file that its check or template stands in: in SQL, on its line. */
export function locateMutant(definition: Place, { path, offset }: Pick<Survivor, 'path' | 'offset'>): Place {
  const text = readFileSync(definition.file, 'utf8')
  for (const document of parseYaml(text, definition.file).documents) {
    const bases = Array.isArray(document.value) ? [...document.value.keys()].map((index) => [index]) : [[]]
    const base = bases.find((one) => document.place(one).line === definition.line)
    if (base === undefined) continue
    const place = document.place([...base, ...path])
    return offset === 0 ? place : onItsLine(place, text, valueAt(document, [...base, ...path]), offset)
  }
  return definition
}

/** A block of SQL begins somewhere below its key, indented: its line is found by what stands in it. */
function onItsLine(place: Place, text: string, sql: string | undefined, offset: number): Place {
  if (sql === undefined) return place
  const wanted =
    sql
      .slice(sql.lastIndexOf('\n', offset - 1) + 1)
      .split('\n', 1)[0]
      ?.trim() ?? ''
  const before = sql.slice(0, offset).split('\n').length - 1
  const lines = text.split(/\r\n|\r|\n/)
  // In a block, the line as many lines below; where lines are folded, the first that holds it.
  const likely = place.line + before
  const found = lines[likely]?.includes(wanted)
    ? likely
    : lines.findIndex((line, index) => index >= place.line - 1 && line.includes(wanted))
  return found === -1 ? place : { ...place, line: found + 1, column: (lines[found]?.search(/\S/) ?? 0) + 1 }
}

function valueAt({ value }: YamlDocument, path: readonly (string | number)[]): string | undefined {
  let found: unknown = value
  for (const step of path) {
    if (Array.isArray(found)) found = found[step as number]
    // One need may stand where a list of them could.
    else if (isMapping(found)) found = typeof step === 'number' ? found : found[step]
  }
  if (isMapping(found)) found = found.sql
  return typeof found === 'string' ? found : undefined
}
