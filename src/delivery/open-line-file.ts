import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A tail longer than this is nothing that was cut short while it was written. */
const LONGEST_TAIL = 16 << 20
const BLOCK = 64 << 10
const NEWLINE = 0x0a

export interface OpenedFile {
  readonly file: FileHandle
  /** Bytes; the last of them ends a line. */
  readonly size: number
  /** When it was last written to; undefined when nothing is in it. */
  readonly writtenAt: number | undefined
}

/**
 * Opens a file that lines are appended to, and makes it and its folders where they are missing. Half a line at its end,
 * as a process that was killed or a full disk leaves it, is removed: its event was not delivered, and comes again.
 * @throws whatever the file system says
 */
export async function openLineFile(
  path: string,
  { mode, log }: { readonly mode: number; readonly log: (message: string) => void },
): Promise<OpenedFile> {
  const file = await openOrMake(path, mode, log)
  try {
    const stats = await file.stat()
    if (!stats.isFile()) throw new Error('it is no regular file')
    const size = await repairTail(file, stats.size, path, log)
    return { file, size, writtenAt: size > 0 ? stats.mtimeMs : undefined }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function openOrMake(path: string, mode: number, log: (message: string) => void): Promise<FileHandle> {
  // Opening a named pipe that nobody reads would otherwise never end.
  const flags = constants.O_RDWR | constants.O_APPEND | (constants.O_NONBLOCK ?? 0)
  const existing = await open(path, flags).catch(undefinedIfMissing)
  if (existing) return existing
  await makeFolder(dirname(path), log)
  const file = await open(path, flags | constants.O_CREAT | constants.O_EXCL, mode)
  // The process's umask may have taken rights away that were asked for.
  await file.chmod(mode)
  await syncFolder(dirname(path))
  return file
}

// Step by step: Node's own recursive form never returns for a folder below /proc.
async function makeFolder(path: string, log: (message: string) => void): Promise<void> {
  if (await stat(path).catch(undefinedIfMissing)) return
  if (dirname(path) !== path) await makeFolder(dirname(path), log)
  await mkdir(path, { mode: 0o700 })
  log(`the folder ${path} was made`)
}

/** Waits until the names in a folder are on the disk. */
export async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder, and needs no such thing.
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** The size of the file once its last line has an end. */
async function repairTail(
  file: FileHandle,
  size: number,
  path: string,
  log: (message: string) => void,
): Promise<number> {
  const from = await findTail(file, size)
  if (from === size) return size
  if (from !== undefined && (await isCutShort(file, from, size))) {
    await file.truncate(from)
    log(`half a line at the end of ${path} was removed (${size - from} bytes); its event comes again`)
    return from
  }
  // What others put there stays, on a line of its own.
  await file.write('\n')
  return size + 1
}

/** Where the bytes after the last line's end begin; undefined when that is too far from the file's end. */
async function findTail(file: FileHandle, size: number): Promise<number | undefined> {
  const block = Buffer.alloc(BLOCK)
  let end = size
  while (end > 0) {
    if (size - end > LONGEST_TAIL) return undefined
    const from = Math.max(0, end - BLOCK)
    const { bytesRead } = await file.read(block, 0, end - from, from)
    const at = block.subarray(0, bytesRead).lastIndexOf(NEWLINE)
    if (at >= 0) return from + at + 1
    end = from
  }
  return 0
}

/** Whether a tail is the beginning of one of our lines. A power cut may leave zeros in place of what was written. */
async function isCutShort(file: FileHandle, from: number, size: number): Promise<boolean> {
  const tail = Buffer.alloc(size - from)
  await file.read(tail, 0, tail.length, from)
  if (tail[0] !== 0x7b && tail[0] !== 0) return false
  try {
    JSON.parse(tail.toString())
    return false
  } catch {
    return true
  }
}

/** For `catch`: nothing where there is no such file; any other error is thrown again. */
export function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
