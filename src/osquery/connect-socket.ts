import { connect, type Socket } from 'node:net'
import { SourceError } from '../core/errors.ts'

/** Connects to a unix socket or a Windows pipe. Rejects with SourceError `gone` or `timeout` (after so many ms). */
export function connectSocket(path: string, timeout: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    const refuse = (error: SourceError): void => {
      clearTimeout(timer)
      socket.destroy()
      reject(error)
    }
    const fail = (cause: Error): void =>
      refuse(new SourceError('gone', `cannot connect to ${path}: ${cause.message}`, { cause }))
    const timer = setTimeout(
      () => refuse(new SourceError('timeout', `${path} took no connection within ${timeout} ms`)),
      timeout,
    )
    socket.once('error', fail)
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.off('error', fail)
      resolve(socket)
    })
  })
}
