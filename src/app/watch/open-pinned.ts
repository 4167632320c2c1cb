import type { Config } from '../../config.ts'
import { KeelsonError } from '../../core/errors.ts'
import type { SourceInfo } from '../../core/source.ts'
import { type Opened, openSource } from '../open-source.ts'

/**
 * Opens the source that the configuration asks for. Where it leaves the choice and `last` was osquery, only osquery will
 * do: while it restarts, its place must not be taken by something that answers differently. @throws KeelsonError
 */
export async function openPinned(config: Config, last: SourceInfo | undefined): Promise<Opened> {
  if (config.source !== 'auto' || !last || last.kind === 'embedded') return openSource(config)
  if (last.kind === 'socket') return openSource({ ...config, source: 'socket' })
  const opened = await openSource(config)
  if (opened.source.info.kind !== 'embedded') return opened
  await opened.source.close()
  throw new KeelsonError('no-osqueryi', `osquery, which answered before (${last.path}), is no longer there`, {
    hint: 'install it again; or name another source with --source and restart the watch',
  })
}
