import { isIP } from 'node:net'
import { KeelsonError } from '../../core/errors.ts'

export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** An address of loopback with a port, such as 127.0.0.1:9464 or [::1]:9464. @throws KeelsonError for any other */
export function parseLoopback(text: string): ListenAddress {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text.trim())
  const [host, port] = [match?.[1] ?? match?.[2] ?? '', Number(match?.[3] ?? -1)]
  if (port < 0 || port > 65_535) {
    throw new KeelsonError('config', `metrics must be an address and a port, not ${text}`, {
      hint: 'such as 127.0.0.1:9464',
    })
  }
  if (!isLoopback(host)) {
    throw new KeelsonError('config', `metrics are served on loopback only, and ${host} is not`, {
      hint: 'use 127.0.0.1 or [::1]; a reverse proxy with authentication may stand in front',
    })
  }
  return { host, port }
}

/** Whether a host is this machine, and can be reached from nowhere else. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
