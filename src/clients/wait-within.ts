/** A wait that ended without what was waited for. */
export class WaitEnded extends Error {
  readonly kind: 'timeout' | 'aborted'

  constructor(kind: 'timeout' | 'aborted') {
    super(kind === 'timeout' ? 'it took too long' : 'it was stopped')
    this.name = 'WaitEnded'
    this.kind = kind
  }
}

/**
 * Starts something, unless `signal` is aborted, and waits for it, though no longer than `timeout` milliseconds and until
 * `signal` is aborted; it then goes on unless whoever called ends it. @throws WaitEnded, or what it was rejected with
 */
export async function waitWithin<Value>(
  start: () => Promise<Value>,
  { timeout, signal }: { readonly timeout: number; readonly signal: AbortSignal },
): Promise<Value> {
  if (signal.aborted) throw new WaitEnded('aborted')
  const promise = start()
  promise.catch(() => {})
  let end: () => void = () => {}
  const ended = new Promise<never>((_, reject) => {
    const stop = () => reject(new WaitEnded('aborted'))
    const timer = setTimeout(() => reject(new WaitEnded('timeout')), timeout)
    signal.addEventListener('abort', stop, { once: true })
    end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    }
  })
  try {
    return await Promise.race([promise, ended])
  } finally {
    end()
  }
}
