import { loadFrameworks } from '../app.ts'
import type { Config } from '../config.ts'
import type { Library } from '../core/check.ts'
import type { Selection } from '../core/select.ts'
import type { NarrowingOptions } from './options.ts'

interface Narrowed {
  readonly config: Config
  readonly library: Library
  readonly selection: Selection
}

/** What --profile and --framework make of a selection; frameworks are read only for them. @throws KeelsonError */
export async function narrow({ profile, framework }: NarrowingOptions, given: Narrowed): Promise<Narrowed> {
  if (profile === undefined && framework === undefined) return given
  return (await loadFrameworks()).narrowChecks({ profile, framework }, given)
}
