import type { ExportedStatement } from './exported-statement.ts'
import { formatYaml, formatYamlComment } from './yaml.ts'

const HEADING = [
  'Policies for Fleet, in its GitOps form: name this file under policies: with path:, or take its entries over.',
  'Fleet knows pass and fail only. A policy passes where the check passes, warns or does not apply. Where the check',
  'could not be judged, no row comes back, and Fleet calls that failing.',
]

/** Policies of Fleet as a YAML list: one per check and platform, each under a name of its own. */
export function formatFleetPolicies(statements: readonly ExportedStatement[]): string {
  const names = nameStatements(statements)
  const policies = statements.map((statement, index) => {
    const { platform, severity, why, fix, sql } = statement
    const policy = {
      name: escapeVariables(names[index] as string),
      platform,
      critical: severity === 'critical',
      description: why && escapeVariables(why),
      resolution: fix && escapeVariables(fix),
      query: `SELECT 1 AS passed FROM (\n${sql}\n) WHERE verdict IN ('pass', 'warn', 'not_applicable');`,
    }
    return formatYaml({ policy })
      .replace('policy:\n', '')
      .replace(/^ {2}name/, '- name')
  })
  return `${formatYamlComment(HEADING)}\n\n${policies.join('')}`
}

/** Fleet goes by the name, so it is the title, with more where that is not enough to tell two apart. */
function nameStatements(statements: readonly ExportedStatement[]): string[] {
  const short = statements.map(({ title, platform, isOneOfSeveral }) =>
    isOneOfSeveral ? `${title} (${platform})` : title,
  )
  return short.map((name, index) =>
    short.filter((other) => other === name).length > 1 ? `${name} [${statements[index]?.check}]` : name,
  )
}

// Fleet replaces $NAME anywhere in its files, unless a backslash stands in front (pkg/spec/spec.go, expandEnv). The SQL
// comes without any.
function escapeVariables(text: string): string {
  return text.replace(/(?<!\\)\$(?=[A-Za-z_{])/g, '\\$')
}
