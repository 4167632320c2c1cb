import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../core/errors.ts'
import { TableError } from '../sql/table.ts'
import { searchPath } from './search-path.ts'

/**
 * The machine as the embedded engine's tables see it. A test gives another root: every file is then read below it, and
 * a program is one that stands there itself, such as a script that prints what the real one once printed.
 */
export class Host {
  readonly root: string
  readonly env: NodeJS.ProcessEnv
  readonly #kept = new Map<string, Kept>()

  constructor(root = '/', env: NodeJS.ProcessEnv = process.env) {
    this.root = root
    this.env = env
  }

  /**
   * What `make` gave, or the TableError that it threw, at most two seconds ago; made anew otherwise. For what takes long
   * and is asked again at once.
   */
  once<T>(key: string, make: () => T): T {
    const now = performance.now()
    for (const [known, { since }] of this.#kept) if (now - since > KEPT_FOR) this.#kept.delete(known)
    const kept = this.#kept.get(key) ?? attempt(make)
    this.#kept.set(key, kept)
    if (kept.error) throw kept.error
    return kept.value as T
  }

  get isReal(): boolean {
    return this.root === '/'
  }

  /** Where a path of the machine lies for us. */
  at(path: string): string {
    return this.root === '/' ? path : join(this.root, path)
  }

  /** The file's text; undefined when there is no such file. @throws TableError when it cannot be read. */
  read(path: string): string | undefined {
    return this.readBytes(path)?.toString('utf8')
  }

  /** @throws TableError when the file cannot be read, other than by not existing. */
  readBytes(path: string): Buffer | undefined {
    return this.#see(`read ${path}`, () => fs.readFileSync(this.at(path)))
  }

  /** The file's text. @throws TableError also when there is no such file. */
  readRequired(path: string): string {
    const text = this.read(path)
    if (text === undefined) throw new TableError(`cannot read ${path}: no such file`)
    return text
  }

  /** Names in a folder, sorted; undefined when there is no such folder. @throws TableError when it cannot be listed. */
  list(path: string): string[] | undefined {
    return this.#see(`list ${path}`, () => fs.readdirSync(this.at(path)).sort())
  }

  /** Undefined when there is nothing at the path. @throws TableError when the path cannot be looked at. */
  lstat(path: string): fs.BigIntStats | undefined {
    return this.#see(`look at ${path}`, () => fs.lstatSync(this.at(path), { bigint: true }))
  }

  /** Follows links. Undefined when there is nothing at the path. @throws TableError when it cannot be looked at. */
  stat(path: string): fs.BigIntStats | undefined {
    return this.#see(`look at ${path}`, () => fs.statSync(this.at(path), { bigint: true }))
  }

  readlink(path: string): string | undefined {
    return this.#see(`read the link ${path}`, () => fs.readlinkSync(this.at(path)))
  }

  /**
   * What a program prints, run without a shell in the C locale; 10 s and 64 MiB at most.
   * @throws TableError when it is missing, fails or takes too long; the message names the cause.
   */
  run(program: string, args: readonly string[]): string {
    const file = this.isReal ? program : this.#findProgram(program)
    if (file === undefined) throw new TableError(`cannot run ${program}: not the real machine`)
    try {
      return execFileSync(file, args, {
        encoding: 'utf8',
        env: { ...this.env, LC_ALL: 'C', PATH: searchPath(this.env) },
        maxBuffer: 64 << 20,
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 10_000,
      })
    } catch (error) {
      throw new TableError(`cannot run ${program}: ${programFailure(error)}`, { cause: error })
    }
  }

  /** The real machine's own programs would tell of the real machine. */
  #findProgram(name: string): string | undefined {
    const files = PROGRAM_FOLDERS.map((folder) => this.at(`${folder}/${name}`))
    return files.find((file) => ((fs.statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o111) !== 0)
  }

  #see<T>(what: string, look: () => T): T | undefined {
    try {
      return look()
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
      throw new TableError(`cannot ${what}: ${REASONS[code ?? ''] ?? messageOf(error)}`, { cause: error })
    }
  }
}

interface Kept {
  readonly value?: unknown
  readonly error?: TableError
  readonly since: number
}

const PROGRAM_FOLDERS = ['/usr/sbin', '/usr/bin', '/sbin', '/bin']

/** Milliseconds. */
const KEPT_FOR = 2000

function attempt(make: () => unknown): Kept {
  try {
    return { value: make(), since: performance.now() }
  } catch (error) {
    if (error instanceof TableError) return { error, since: performance.now() }
    throw error
  }
}

const REASONS: Record<string, string> = {
  EACCES: 'permission denied (run as root)',
  EPERM: 'not permitted (run as root)',
  EISDIR: 'it is a directory',
  ELOOP: 'too many symbolic links',
}

function programFailure(error: unknown): string {
  const { code, signal, stderr, status } = error as {
    code?: string
    signal?: string
    stderr?: string
    status?: number
  }
  if (code === 'ENOENT') return 'it is not installed'
  if (signal) return `ended by ${signal}`
  const line = String(stderr ?? '')
    .trim()
    .split('\n')[0]
  return line ? `${line} (exit ${status})` : `exit ${status ?? messageOf(error)}`
}
