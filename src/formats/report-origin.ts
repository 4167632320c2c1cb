import type { FormattedReport } from './formatted-report.ts'

/** Where the answers come from, without any path of the machine. */
export function describeOrigin({ source }: FormattedReport): object {
  if (source.kind === 'ledger') return source
  const { kind, version, preview } = source
  return { kind, version, preview }
}
