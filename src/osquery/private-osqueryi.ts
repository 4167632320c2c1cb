import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { KeelsonError, messageOf, SourceError } from '../core/errors.ts'
import type { Source } from '../core/source.ts'
import { openSocketSource, type SocketSourceOptions } from './socket-source.ts'

export interface PrivateOsqueryiOptions extends SocketSourceOptions {
  /** Milliseconds until its socket must answer; 10,000 unless given. */
  readonly startTimeout?: number
  /** Milliseconds between SIGTERM and SIGKILL; 2,000 unless given. */
  readonly stopTimeout?: number
}

/** Extensions append up to six characters to the path, which the system limits to some 104. */
const LONGEST_PATH = 97

/**
 * Starts osqueryi (or osqueryd as a shell) for ourselves alone and opens it as a source; closing the source ends it and
 * leaves nothing behind. It reads nothing of the host's osquery configuration. Rejects with SourceError and what the
 * program said on its standard error.
 */
export async function startPrivateOsqueryi(program: string, options: PrivateOsqueryiOptions = {}): Promise<Source> {
  // Nothing is awaited before the folder's removal is certain: a signal may come at any turn.
  const folder = makeFolder()
  const socket =
    process.platform === 'win32'
      ? `\\\\.\\pipe\\keelson-${randomBytes(8).toString('hex')}.em`
      : join(folder, 'osquery.em')
  const empty = join(folder, 'empty')
  writeFileSync(empty, '')
  writeFileSync(join(folder, 'osquery.conf'), '{}')
  const child = spawn(program, [...shellFlags(program), ...privateFlags(folder, socket)], {
    // The shell ends when its input does, so it never outlives us; queries only go through the socket.
    stdio: ['pipe', 'ignore', 'pipe'],
    env: privateEnvironment(folder),
  })
  const osqueryi = watchProcess(child, program)
  const removeAll = (): void => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', removeAll)
  const close = async (): Promise<void> => {
    await osqueryi.stop(options.stopTimeout ?? 2_000)
    process.off('exit', removeAll)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const source = await openWhenReady(socket, osqueryi, options)
    return {
      info: { ...source.info, kind: 'osqueryi', path: program },
      query: source.query,
      async close() {
        await source.close()
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

function shellFlags(program: string): string[] {
  return /^osqueryd(\.exe)?$/i.test(basename(program)) ? ['-S'] : []
}

/** Only flags that osquery has had for years: an unknown one makes it exit. */
function privateFlags(folder: string, socket: string): string[] {
  return [
    // An explicit flag file keeps it from reading /etc/osquery/osquery.flags.default.
    `--flagfile=${join(folder, 'empty')}`,
    '--config_plugin=filesystem',
    `--config_path=${join(folder, 'osquery.conf')}`,
    // The shell opens no socket when its input is no terminal, unless told to.
    '--nodisable_extensions',
    `--extensions_socket=${socket}`,
    `--extensions_autoload=${join(folder, 'empty')}`,
    '--ephemeral',
    '--disable_database',
    `--database_path=${join(folder, 'osquery.db')}`,
    '--disable_events',
    '--disable_logging',
    `--logger_path=${folder}`,
  ]
}

/** The shell makes a folder .osquery in its home. On macOS some tables read their settings from there, so it stays. */
function privateEnvironment(folder: string): NodeJS.ProcessEnv {
  return process.platform === 'darwin' || process.platform === 'win32' ? process.env : { ...process.env, HOME: folder }
}

/** A folder that only we may enter, on a path short enough for a socket. */
function makeFolder(): string {
  for (const parent of [tmpdir(), '/tmp']) {
    const folder = mkdtempSync(join(parent, 'keelson-'))
    if (process.platform === 'win32' || join(folder, 'osquery.em').length <= LONGEST_PATH) return folder
    rmSync(folder, { recursive: true, force: true })
  }
  const hint = 'set TMPDIR to a folder with a shorter path'
  throw new KeelsonError('osqueryi/folder', 'no temporary folder has a path short enough for a socket', { hint })
}

interface WatchedProcess {
  /** Why it has ended, undefined while it runs. */
  ended(): string | undefined
  /** The end of its standard error. */
  complaint(): string
  stop(grace: number): Promise<void>
}

function watchProcess(child: ChildProcess, program: string): WatchedProcess {
  let ended: string | undefined
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4096)
  })
  child.stdin?.on('error', () => {})
  const gone = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      ended ??= `${program} cannot be started: ${error.message}`
      resolve()
    })
    child.once('close', (code, signal) => {
      ended ??= `${program} ended with ${signal ?? `code ${code}`}`
      resolve()
    })
  })
  return {
    ended: () => ended,
    complaint: () => complaint.trim(),
    async stop(grace) {
      if (ended === undefined) child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), grace)
      await gone
      clearTimeout(timer)
    },
  }
}

async function openWhenReady(
  socket: string,
  osqueryi: WatchedProcess,
  options: PrivateOsqueryiOptions,
): Promise<Source> {
  const limit = options.startTimeout ?? 10_000
  const deadline = performance.now() + limit
  let last: unknown
  while (performance.now() < deadline) {
    const ended = osqueryi.ended()
    if (ended !== undefined) throw new SourceError('gone', withComplaint(ended, osqueryi.complaint()))
    try {
      return await openSocketSource(socket, { ...options, openTimeout: Math.min(1_000, limit) })
    } catch (error) {
      // Anything but a socket that is not there yet, or slow to answer, will not mend itself.
      if (
        !(error instanceof KeelsonError) ||
        !['source/absent', 'source/gone', 'source/timeout'].includes(error.code)
      ) {
        throw error
      }
      last = error
    }
    await sleep(20)
  }
  const message = `osqueryi did not open its socket within ${limit} ms (${messageOf(last)})`
  throw new SourceError('timeout', withComplaint(message, osqueryi.complaint()), { cause: last })
}

function withComplaint(message: string, complaint: string): string {
  return complaint === '' ? message : `${message}; it said: ${complaint}`
}
