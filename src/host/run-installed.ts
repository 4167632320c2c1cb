import { TableError } from '../sql/table.ts'
import type { Host } from './host.ts'

/**
 * What a program prints (see Host.run). Undefined where neither the program nor any of these files of its
 * configuration is there: then there is nothing that it could tell of.
 * @throws TableError when it fails, or when only its program is missing
 */
export function runInstalled(
  host: Host,
  program: string,
  args: readonly string[],
  configuration: readonly string[] = [],
): string | undefined {
  return host.once(`${program} ${args.join(' ')}`, () => {
    try {
      return host.run(program, args)
    } catch (error) {
      if (!isMissing(error)) throw error
      const left = configuration.find((path) => host.stat(path))
      if (configuration.length > 0 && left === undefined) return undefined
      if (left === undefined) throw error
      throw new TableError(`${(error as TableError).message}, though ${left} is there`, { cause: error })
    }
  })
}

function isMissing(error: unknown): boolean {
  return error instanceof TableError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
}
