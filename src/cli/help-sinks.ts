import { formatColumns, loadDelivery } from '../app.ts'
import type { SinkOption } from '../core/sink.ts'

/** Every kind of sink with all its options, for `checks help sinks`. */
export async function describeSinkKinds(): Promise<string> {
  const { COMMON_OPTIONS, SINK_KINDS } = await loadDelivery()
  const kinds = Object.values(SINK_KINDS).map(({ type, help, options }) => describeKind(`type: ${type}`, help, options))
  const every = describeKind('every sink', 'what all of them have', COMMON_OPTIONS)
  return `
Sinks are written in keelson.yaml, each under a name of its own:

  sinks:
    siem: { type: webhook, url: https://siem.example.org/events, secret: "\${env:SIEM_SECRET}" }

\${env:NAME} and \${file:PATH} stand for what is kept elsewhere; a plain \${ is written $\${.
Durations are seconds, or such as 30s, 5m, 2h; * marks what must be given.

${[every, ...kinds].join('\n')}`
}

function describeKind(title: string, help: string, options: Readonly<Record<string, SinkOption>>): string {
  const rows = Object.entries(options).map(([name, option]) => [
    `  ${name}${option.required ? ' *' : ''}`,
    typeOf(option, name),
    `${option.help}${option.default === undefined ? '' : ` [${option.default}]`}`,
  ])
  return `${title}: ${help}\n${formatColumns(rows)}`
}

function typeOf({ type, choices, min, max }: SinkOption, name: string): string {
  if (name === 'exclude') return 'filters'
  if (choices && choices.length <= 6) return choices.join(' | ')
  if (type === 'integer' && min !== undefined && max !== undefined) return `${min} to ${max}`
  return type
}
