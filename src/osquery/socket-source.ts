import { KeelsonError, SourceError } from '../core/errors.ts'
import type { Source, TextRow } from '../core/source.ts'
import { ConnectionPool } from './connection-pool.ts'

export interface SocketSourceOptions {
  /** Milliseconds for a query that gives no limit of its own; 60,000 unless given. */
  readonly timeout?: number
  /** Queries under way at a time; 4 unless given. */
  readonly concurrency?: number
  /** Cap for one answer, in bytes; 256 MiB unless given. */
  readonly maxBytes?: number
  /** Milliseconds for the first ping; 3,000 unless given. */
  readonly openTimeout?: number
}

/**
 * Opens osquery's extension socket (a unix socket's path or a Windows pipe's name) as a source. Rejects with
 * KeelsonError when there is no socket or no permission, else with SourceError.
 */
export async function openSocketSource(path: string, options: SocketSourceOptions = {}): Promise<Source> {
  const limit = options.timeout ?? 60_000
  const pool = new ConnectionPool(path, {
    concurrency: options.concurrency ?? 4,
    ...(options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes }),
  })
  const query = async (sql: string, timeout: number): Promise<TextRow[]> => {
    const { status, rows } = await pool.use(timeout, (client, left) => client.query(sql, left))
    if (status.code !== 0) throw new SourceError('sql', status.message)
    return rows
  }
  try {
    await pool.use(options.openTimeout ?? 3_000, (client, left) => client.ping(left))
    const [osquery] = await query('SELECT version, build_distro FROM osquery_info', limit)
    if (!osquery?.version) {
      const hint = 'is this the extension socket of osquery?'
      throw new SourceError('protocol', `what answers on ${path} does not tell osquery's version`, { hint })
    }
    // The embedded engine, served on a socket, must not pass for osquery.
    const embedded = osquery.build_distro === 'keelson'
    return {
      info: { kind: 'socket', path, version: osquery.version, preview: embedded, reportsUnreadable: embedded },
      query: (sql, { timeout = limit } = {}) => query(sql, timeout),
      async close() {
        pool.close()
      },
    }
  } catch (error) {
    pool.close()
    throw explainOpening(path, error)
  }
}

/** Says what to do about a socket that could not be opened. */
function explainOpening(path: string, error: unknown): unknown {
  if (!(error instanceof SourceError)) return error
  const cause = error.cause ?? error
  if (error.failure === 'timeout') {
    const hint = 'osquery may be overloaded or stopped, or something else may hold the socket; restart osquery'
    return new SourceError('timeout', `${path} takes connections but does not answer`, { cause: error, hint })
  }
  switch ((cause as NodeJS.ErrnoException).code) {
    case 'ENOENT': {
      const hint = 'start osqueryd, check that it runs without --disable_extensions, or give its --extensions_socket'
      return new KeelsonError('source/absent', `there is no socket ${path}`, { cause, hint })
    }
    case 'EACCES':
    case 'EPERM': {
      const hint = "osquery's socket is open to its own user only: run this as root (or as that user)"
      return new KeelsonError('source/denied', `no permission to connect to ${path}`, { cause, hint })
    }
    case 'ECONNREFUSED': {
      const hint = 'osquery has ended and left its socket behind; start it again'
      return new SourceError('gone', `nobody serves the socket ${path}`, { cause, hint })
    }
    case 'ENOTSOCK':
    case 'EPROTOTYPE':
    case 'ENAMETOOLONG':
    case 'EINVAL':
      return new KeelsonError('source/absent', `${path} is not a socket that can be connected to`, { cause })
    default:
      return error
  }
}
