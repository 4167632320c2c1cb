import { VERDICTS } from '../core/verdict.ts'
import type { JsonSchema } from './json-schema.ts'
import { comparisons, IDENTIFIER, names, SOURCE, slug, sql, text, VERIFIED, WITH } from './schema-values.ts'

/** What a clause can be; exactly one of them. */
const CLAUSE_KINDS = ['sql', 'table', 'use', 'all', 'any', 'first', 'not'] as const

const clauseList = (description: string): JsonSchema => ({
  description,
  type: 'array',
  minItems: 1,
  items: { $ref: '#/$defs/clause' },
})

export const CLAUSE: JsonSchema = {
  title: 'a clause, such as { sql: SELECT … }',
  description: 'A condition: exactly one of sql, table, use, all, any, first, not.',
  type: 'object',
  additionalProperties: false,
  oneOf: CLAUSE_KINDS.map((kind) => ({ required: [kind] as const })),
  dependentRequired: { where: ['table'], expect: ['table'], match: ['table'], with: ['use'] },
  properties: {
    title: text('A few words that name the clause in output.'),
    sql: sql('One SELECT. One row per thing judged; its column `passed` (or `verdict`) judges the row.'),
    table: { description: 'The osquery table whose rows are judged.', ...IDENTIFIER },
    where: comparisons('Which rows of the table are meant.'),
    expect: comparisons('What these rows must be.'),
    match: {
      description: 'How many of the rows must be as expected: all (default), any or none.',
      type: 'string',
      enum: ['all', 'any', 'none'],
    },
    use: slug('The name of a template.'),
    with: WITH,
    all: clauseList('Clauses that must all pass.'),
    any: clauseList('Clauses of which one must pass.'),
    first: {
      ...clauseList('Clauses of which the first one decides whose tables osquery has; the others are not asked.'),
      minItems: 2,
    },
    not: { description: 'A clause that must fail.', $ref: '#/$defs/clause' },
    when: {
      title: 'SQL or { sql, reason }',
      description: 'SQL; when it answers no row, the clause is not applicable.',
      anyOf: [{ type: 'string', pattern: '\\S' }, { $ref: '#/$defs/need' }],
    },
    needs: {
      title: 'SQL, { sql, reason } or a list of these',
      description: 'SQL that must answer a row; otherwise the clause could not be judged (error).',
      anyOf: [
        { type: 'string', pattern: '\\S' },
        { $ref: '#/$defs/need' },
        {
          type: 'array',
          minItems: 1,
          items: {
            title: 'SQL or { sql, reason }',
            anyOf: [{ type: 'string', pattern: '\\S' }, { $ref: '#/$defs/need' }],
          },
        },
      ],
    },
    if_empty: {
      description: 'The verdict when no row is answered; when absent fail, and pass for match: none.',
      type: 'string',
      enum: VERDICTS,
    },
    evidence: {
      ...names('The columns shown as evidence; all when absent.', IDENTIFIER),
      minItems: 1,
    },
  },
}

export const PLATFORM_CLAUSE: JsonSchema = {
  ...CLAUSE,
  properties: {
    ...CLAUSE.properties,
    fix: text('How to mend it on this platform, in Markdown.'),
    source: SOURCE,
    verified: VERIFIED,
  },
}

export const NEED: JsonSchema = {
  title: 'SQL or { sql, reason }',
  type: 'object',
  additionalProperties: false,
  required: ['sql'],
  properties: {
    sql: sql('SQL that must answer a row.'),
    reason: text('What to say when it answers none.'),
  },
}
