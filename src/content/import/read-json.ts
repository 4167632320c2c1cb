import type { Diagnostic } from '../../core/check.ts'
import { indexLines } from '../line-index.ts'
import { parseYaml, type YamlFile } from '../yaml-document.ts'
import { findJsonFault, type JsonFault } from './json-fault.ts'

/**
 * JSON as osquery reads it: lines that begin with `#` or `//` are comments, and a backslash at the end of a line joins
 * it with the next (osquery/config/config.cpp, stripConfigComments). Places are those of the file as it stands.
 */
export function parseOsqueryJson(text: string, file: string): YamlFile {
  const plain = blankComments(joinLines(text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n')))
  return parseJson(plain, file)
}

/** JSON with the places of its values. Never throws: what is wrong is in `diagnostics`. */
export function parseJson(text: string, file: string): YamlFile {
  const fault = findJsonFault(text)
  if (fault) return { documents: [], diagnostics: [describe(fault, text, file)] }
  // Every JSON text is YAML, but for tabs in front of a line.
  return parseYaml(
    text.replace(/^\t+/gm, (tabs) => ' '.repeat(tabs.length)),
    file,
  )
}

/** Lines that go on are put on one, and empty ones after it keep the numbers of those that follow. */
function joinLines(text: string): string {
  return text.replace(/(?:[^\n]*\\\n)+[^\n]*/g, (joined) => {
    const lines = joined.split('\\\n')
    return lines.join('') + '\n'.repeat(lines.length - 1)
  })
}

function blankComments(text: string): string {
  return text.replace(/^[ \t]*(?:#|\/\/)[^\n]*/gm, '')
}

function describe({ offset, expected }: JsonFault, text: string, file: string): Diagnostic {
  const place = { file, ...indexLines(text)(offset) }
  const hint = text.startsWith('/*', offset)
    ? 'comments are whole lines that begin with # or //'
    : 'look at the quotes, commas and brackets there'
  return { level: 'error', code: 'json', message: `not valid JSON: ${expected}`, hint, place }
}
