import type { Config } from '../../config.ts'
import type { Diagnostic } from '../../core/check.ts'
import { EXIT, KeelsonError } from '../../core/errors.ts'
import { type ConfiguredSink, type ReadSinks, readSinks } from '../../delivery/read-sinks.ts'
import { SINK_KINDS } from '../../delivery/sink-kinds.ts'

/** Thrown with every problem of the sinks in keelson.yaml. */
export class SinksError extends KeelsonError {
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    const errors = diagnostics.filter(({ level }) => level === 'error')
    const [first] = errors
    const where = first ? `: ${first.place.file}:${first.place.line}: ${first.message}` : ''
    super(
      'config',
      `the sinks of keelson.yaml have ${errors.length} ${errors.length === 1 ? 'error' : 'errors'}${where}`,
      {
        exit: EXIT.usage,
        hint: 'checks help sinks tells every option',
      },
    )
    this.diagnostics = diagnostics
  }
}

/** The sinks of a configuration, with the secrets that it names. Nothing is reached out to. */
export function readConfiguredSinks({ sinks }: Config, env: NodeJS.ProcessEnv): ReadSinks {
  return sinks ? readSinks(sinks, { kinds: SINK_KINDS, env }) : { sinks: [], diagnostics: [] }
}

/** @throws SinksError when anything is wrong with any of them */
export function requireSinks(config: Config, env: NodeJS.ProcessEnv): ReadSinks {
  const read = readConfiguredSinks(config, env)
  if (read.diagnostics.some(({ level }) => level === 'error')) throw new SinksError(read.diagnostics)
  return read
}

/** The names of the sinks as they are written, whatever else is wrong with them. */
export function namesOfSinks({ sinks }: Config): { readonly name: string; readonly type: string | null }[] {
  const { value } = sinks ?? {}
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  return Object.entries(value).map(([name, written]) => {
    const type: unknown = (written as { readonly type?: unknown } | null)?.type
    return { name, type: typeof type === 'string' ? type : null }
  })
}

export type { ConfiguredSink }
