import { execFile } from 'node:child_process'

export interface SystemdNotifier {
  /** Milliseconds between two signs of life that systemd waits for; undefined when it waits for none. */
  readonly watchdog: number | undefined
  /** Tells systemd how things stand, such as `READY=1`; nothing where it did not start us. */
  notify(...states: string[]): void
}

/**
 * Speaks to systemd through its own program: Node cannot send datagrams to unix sockets. The unit needs
 * `NotifyAccess=all`, since it is not the main process that speaks then. See sd_notify(3).
 */
export function createSystemdNotifier(env: NodeJS.ProcessEnv, onError: (message: string) => void): SystemdNotifier {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: microseconds } = env
  if (!socket) return { watchdog: undefined, notify: () => {} }
  const watchdog = Number(microseconds) > 0 ? Number(microseconds) / 1000 : undefined
  let complained = false
  const notify = (...states: string[]) => {
    execFile('systemd-notify', states, { timeout: 5_000 }, (error) => {
      if (!error || complained) return
      complained = true
      onError(`systemd-notify does not work, so systemd does not know how things stand: ${error.message}`)
    })
  }
  return { watchdog, notify }
}
