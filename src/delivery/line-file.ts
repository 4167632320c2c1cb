import { type FileHandle, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { messageOf } from '../core/errors.ts'
import { openLineFile, syncFolder, undefinedIfMissing } from './open-line-file.ts'

export interface LineFileOptions {
  readonly path: string
  /** The permissions of files that are made. */
  readonly mode: number
  /** A file that holds at least so many bytes is put aside before the next lines. */
  readonly rotateBytes: number | undefined
  /** Milliseconds; a file is put aside at the first lines after each multiple of it since 1970, UTC. */
  readonly rotateEvery: number | undefined
  /** How many files that were put aside are kept. */
  readonly keep: number
  /** Milliseconds until what was written is put on the disk, 0 for before `append` ends; undefined for never. */
  readonly syncAfter: number | undefined
  readonly clock: () => number
  readonly log: (message: string) => void
}

/** How often lines are written again into a file that somebody removed meanwhile. */
const ATTEMPTS = 3

/**
 * A file that lines are appended to, all of a batch or none. It is opened again when it was moved away, removed or cut
 * by somebody else, and it is put aside as `path.1`, `path.2` … by size and time. One call at a time.
 */
export class LineFile {
  readonly #options: LineFileOptions
  #file: FileHandle | undefined
  #size = 0
  #writtenAt: number | undefined
  #syncTimer: NodeJS.Timeout | undefined

  constructor(options: LineFileOptions) {
    this.#options = options
  }

  /** Appends whole lines. @throws whatever the file system says; then none of them stays in the file */
  async append(lines: Buffer): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const file = await this.#makeReady()
      try {
        await writeAll(file, lines)
        if (this.#options.syncAfter === 0) await file.sync()
      } catch (error) {
        await this.#takeBack(file)
        throw error
      }
      this.#size += lines.length
      this.#writtenAt = this.#options.clock()
      this.#syncLater(file)
      // A file that was removed meanwhile took the lines with it.
      if ((await file.stat()).nlink > 0) return
    }
    throw new Error('it is removed whenever it is written to')
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    clearTimeout(this.#syncTimer)
    this.#syncTimer = undefined
    if (!file) return
    try {
      if (this.#options.syncAfter) await file.sync()
    } finally {
      await file.close()
    }
  }

  async #makeReady(): Promise<FileHandle> {
    if (this.#file && !(await this.#isInPlace(this.#file))) await this.close()
    const file = this.#file ?? (await this.#open())
    if (!this.#isToRotate()) return file
    await this.close()
    await this.#rotate()
    return this.#open()
  }

  async #open(): Promise<FileHandle> {
    const { file, size, writtenAt } = await openLineFile(this.#options.path, this.#options)
    this.#file = file
    this.#size = size
    this.#writtenAt = writtenAt
    return file
  }

  /** Whether the file that is open still is the one of that name, with what we left in it. */
  async #isInPlace(file: FileHandle): Promise<boolean> {
    const there = await stat(this.#options.path, { bigint: true }).catch(undefinedIfMissing)
    if (!there || there.size !== BigInt(this.#size)) return false
    const ours = await file.stat({ bigint: true })
    return there.ino === ours.ino && there.dev === ours.dev
  }

  /** What is in the file of a batch that failed goes; after a failed sync nobody knows what of it is on the disk. */
  async #takeBack(file: FileHandle): Promise<void> {
    try {
      // Never longer than it is: somebody else may have cut it meanwhile.
      if ((await file.stat()).size > this.#size) await file.truncate(this.#size)
      await this.close()
    } catch {
      // The file is mended when it is opened again.
    }
  }

  #isToRotate(): boolean {
    const { rotateBytes, rotateEvery, clock } = this.#options
    if (this.#size === 0) return false
    if (rotateBytes !== undefined && this.#size >= rotateBytes) return true
    if (rotateEvery === undefined || this.#writtenAt === undefined) return false
    return Math.floor(clock() / rotateEvery) > Math.floor(this.#writtenAt / rotateEvery)
  }

  // Each name is free before a file gets it, also when this is cut short at any step and begun again.
  async #rotate(): Promise<void> {
    const { path, keep, log } = this.#options
    let free = 1
    while (free < keep && (await exists(`${path}.${free}`))) free++
    if (free === keep) await rm(`${path}.${keep}`, { force: true })
    for (let n = free; n > 1; n--) await rename(`${path}.${n - 1}`, `${path}.${n}`)
    await rename(path, `${path}.1`)
    for (let n = keep + 1; await exists(`${path}.${n}`); n++) await rm(`${path}.${n}`)
    if (this.#options.syncAfter !== undefined) await syncFolder(dirname(path))
    log(`${path} was put aside as ${path}.1`)
  }

  #syncLater(file: FileHandle): void {
    const { syncAfter, log, path } = this.#options
    if (!syncAfter || this.#syncTimer) return
    this.#syncTimer = setTimeout(() => {
      this.#syncTimer = undefined
      file.sync().catch((error) => log(`the last lines of ${path} may be lost: ${messageOf(error)}`))
    }, syncAfter)
    this.#syncTimer.unref()
  }
}

/** A short write is no error by itself: the next one tells why. */
async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  let done = 0
  while (done < bytes.length) done += (await file.write(bytes, done, bytes.length - done)).bytesWritten
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(undefinedIfMissing)) !== undefined
}
