import { readFileSync } from 'node:fs'
import { isMapping } from '../../content/words.ts'
import { parseYaml } from '../../content/yaml-document.ts'
import type { Place } from '../../core/check.ts'
import { EXIT, KeelsonError, messageOf } from '../../core/errors.ts'
import type { MutationTask } from './mutate-one.ts'

/** A mutant that is known to survive, and why that is well. */
export interface AcceptedMutant extends MutationTask {
  readonly mutant: string
  readonly reason: string
  readonly place: Place
}

const SECTIONS = { checks: 'check', templates: 'template' } as const
const HINT = 'write it as: checks: { the-id: { "the mutant as it is shown": the reason } }'

/** Reads a file of accepted mutants: by check or template, the mutant as it is shown, and the reason. @throws KeelsonError */
export function readAccepted(file: string): AcceptedMutant[] {
  const fail = (message: string, { line, column }: Pick<Place, 'line' | 'column'> = { line: 1, column: 1 }) =>
    new KeelsonError('mutants', `${file}:${line}:${column}: ${message}`, { hint: HINT, exit: EXIT.usage })
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new KeelsonError('mutants', `the list of accepted mutants cannot be read: ${messageOf(error)}`, {
      hint: 'name an existing file',
      exit: EXIT.usage,
    })
  }
  const { documents, diagnostics } = parseYaml(text, file)
  const [wrong] = diagnostics
  if (wrong) throw fail(wrong.message, wrong.place)
  const [document] = documents
  if (!document || document.value === null) return []
  if (!isMapping(document.value)) throw fail('it must hold the keys checks and templates')
  return Object.entries(document.value).flatMap(([section, owners]) => {
    if (section !== 'checks' && section !== 'templates') {
      throw fail(`unknown key "${section}": known are checks and templates`, document.place([section], 'key'))
    }
    if (!isMapping(owners)) throw fail(`${section} must be a mapping`, document.place([section]))
    return Object.entries(owners).flatMap(([name, mutants]) => {
      if (!isMapping(mutants)) throw fail(`${name} must be a mapping of mutants`, document.place([section, name]))
      return Object.entries(mutants).map(([mutant, reason]): AcceptedMutant => {
        const place = document.place([section, name, mutant], 'key')
        if (typeof reason !== 'string' || reason.trim() === '') throw fail(`"${mutant}" needs a reason`, place)
        return { kind: SECTIONS[section], name, mutant, reason, place }
      })
    })
  })
}
