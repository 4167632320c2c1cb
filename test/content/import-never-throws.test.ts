import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFleet } from '../../src/content/import/import-fleet.ts'
import { readPack } from '../../src/content/import/import-pack.ts'
import { readZentral } from '../../src/content/import/import-zentral.ts'
import { findJsonFault } from '../../src/content/import/json-fault.ts'
import { parseOsqueryJson } from '../../src/content/import/read-json.ts'

const WORDS = [
  ...['apiVersion', 'kind', 'spec', 'policies', 'policy', 'inherited_policies', 'queries', 'name', 'query', 'path'],
  ...[
    'description',
    'resolution',
    'platform',
    'platforms',
    'critical',
    'type',
    'team',
    'packs',
    'schedule',
    'interval',
  ],
  ...[
    'discovery',
    'version',
    'shard',
    'value',
    'compliance_check',
    'results',
    'next',
    'sql',
    'compliance_check_enabled',
  ],
  ...['jmespath_expression', '__proto__', 'constructor', ''],
]
const scalar = fc.oneof(
  fc.constantFrom(
    'policy',
    'SELECT 1 FROM users WHERE uid = 0',
    'darwin,linux',
    '3600',
    '$X',
    'patch',
    null,
    true,
    -1,
    1e300,
  ),
  fc.string(),
  fc.integer(),
)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium' },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...WORDS), tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
}))
const READERS = { fleet: readFleet, pack: readPack, zentral: readZentral } as const

describe.each(Object.entries(READERS))('reading %s', (_, read) => {
  it('says what is wrong with any JSON, and never throws', () => {
    fc.assert(
      fc.property(value, (content) => {
        const text = JSON.stringify(content, null, 2)
        const { queries, diagnostics } = read(text, 'f')
        const lines = text.split('\n').length
        for (const { place } of [...queries, ...diagnostics]) {
          expect(place.line).toBeGreaterThan(0)
          expect(place.line).toBeLessThanOrEqual(lines)
        }
        for (const query of queries) expect([typeof query.sql, typeof query.title]).toEqual(['string', 'string'])
      }),
      { numRuns: 500 },
    )
  })

  it('says what is wrong with any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
        const { queries, diagnostics } = read(text, 'f')
        expect(queries.length + diagnostics.length).toBeGreaterThan(0)
      }),
      { numRuns: 300 },
    )
  })
})

describe('JSON of osquery', () => {
  it('is found to be JSON, or where it stops being so', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', ',', '"', '}', ']', 'x', '\n', '\\', '0'),
        (json, at, more) => {
          const text = json.slice(0, at % (json.length + 1)) + more + json.slice(at % (json.length + 1))
          const fault = findJsonFault(text)
          let isJson = true
          try {
            JSON.parse(text)
          } catch {
            isJson = false
          }
          expect(fault === undefined).toBe(isJson)
          if (fault) expect(fault.offset).toBeLessThanOrEqual(text.length)
        },
      ),
    )
  })

  it('keeps the lines of what follows comments and lines that go on', () => {
    const text = '# one\n{ "a": "x \\\n y",\n  // two\r\n  "b": [1,\n 2] }'
    const { documents, diagnostics } = parseOsqueryJson(text, 'f')
    expect(diagnostics).toEqual([])
    expect(JSON.parse(JSON.stringify(documents[0]!.value))).toEqual({ a: 'x  y', b: [1, 2] })
    expect(documents[0]!.place(['b', 1]).line).toBe(6)
  })
})
