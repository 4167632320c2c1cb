import type { AugeasNode } from './augeas-tree.ts'

/** A file that Augeas has a lens for, and could not read with it. */
export interface AugeasFailure {
  readonly file: string
  /** The file itself could not be read, rather than understood. */
  readonly isUnreadable: boolean
  readonly reason: string
}

/** @param nodes those below `/augeas/files//error` */
export function readAugeasFailures(nodes: readonly AugeasNode[]): AugeasFailure[] {
  const details = new Map(nodes.map(({ path, value }) => [path, value]))
  return nodes.flatMap(({ path, label, value = '' }) => {
    if (label !== 'error') return []
    const line = details.get(`${path}/line`)
    const message = details.get(`${path}/message`) ?? value.replaceAll('_', ' ')
    return [
      {
        file: path.slice('/augeas/files'.length, -'/error'.length).replace(/\\(.)/g, '$1'),
        isUnreadable: value !== 'parse_failed',
        reason: line === undefined ? message : `${message} (line ${line})`,
      },
    ]
  })
}
