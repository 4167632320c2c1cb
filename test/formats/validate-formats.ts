import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'

const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  'date-time': (text) => !Number.isNaN(Date.parse(text)) && /(?:Z|[+-]\d\d:\d\d)$/.test(text),
  uri: (text) => URL.canParse(text),
  'uri-reference': (text) => URL.canParse(text, 'https://example.org/'),
}

function compile(name: string): (value: unknown) => string[] {
  const ajv = new Ajv({ allErrors: true, formats: FORMATS, strict: true, strictTypes: false, strictRequired: false })
  const path = join(import.meta.dirname, '..', 'vectors', 'formats', name)
  const validate = ajv.compile(JSON.parse(readFileSync(path, 'utf8')))
  return (value) => {
    validate(value)
    return (validate.errors ?? []).map((each) => `${each.instancePath} ${each.message} ${JSON.stringify(each.params)}`)
  }
}

/** What is wrong with a log of SARIF 2.1.0, as `/path what`. */
export const findSarifProblems = compile('sarif-2.1.0.json')

/** What is wrong with assessment results of OSCAL, as `/path what`. */
export const findOscalProblems = compile('oscal-assessment-results.json')
