import type { Config } from '../config.ts'
import type { AcceptanceStore } from '../core/acceptance-store.ts'
import type { Store } from '../core/store.ts'
import { forTerminal, openState } from '../memory.ts'
import { type ContentOptions, type StateOptions, toConfig } from './options.ts'
import { type Output, openOutput } from './output.ts'

export type StateCommandOptions = StateOptions & Pick<ContentOptions, 'config'> & { readonly strict?: boolean }

export interface StateContext {
  readonly store: Store
  /** Waivers and attestations that were given by commands. */
  readonly acceptances: AcceptanceStore
  readonly config: Config
  readonly output: Output
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Gives a command the state that its options name, and closes it afterwards. @throws KeelsonError */
export async function withState<Answer>(
  options: StateCommandOptions,
  { create }: { readonly create: boolean },
  use: (context: StateContext) => Promise<Answer>,
): Promise<Answer> {
  const config = toConfig(options)
  const output = openOutput()
  const { store, acceptances, warnings } = await openState(config, { clock: Date.now, create })
  try {
    for (const warning of warnings) output.note(`checks: ${forTerminal(warning)}\n`)
    return await use({ store, acceptances, config, output, now: Date.now() })
  } finally {
    await store.close()
  }
}
