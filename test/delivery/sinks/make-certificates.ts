import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Pair {
  /** PEM texts. */
  readonly cert: string
  readonly key: string
}

export interface Authority extends Pair {
  /** A certificate for a DNS name or an address, valid for so many days from now. */
  issue(name: string, days?: number): Pair
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

/** An authority of its own, made by openssl. */
export function makeAuthority(name: string): Authority {
  const authority = inFolder((path) => {
    openssl('req', '-x509', ...KEY, '-subj', `/CN=${name}`, '-days', '2', '-keyout', path('key'), '-out', path('cert'))
    return readPair(path)
  })
  const issue = (subject: string, days = 2) =>
    inFolder((path) => {
      writeFileSync(path('ca'), authority.cert)
      writeFileSync(path('ca-key'), authority.key)
      writeFileSync(path('ext'), `subjectAltName=${/^[\d.]+$/.test(subject) ? 'IP' : 'DNS'}:${subject}\n`)
      openssl('req', ...KEY, '-subj', `/CN=${subject}`, '-keyout', path('key'), '-out', path('request'))
      const signed = ['-CA', path('ca'), '-CAkey', path('ca-key'), '-set_serial', '7', '-extfile', path('ext')]
      openssl('x509', '-req', '-in', path('request'), ...signed, '-days', String(days), '-out', path('cert'))
      return readPair(path)
    })
  return { ...authority, issue }
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

function inFolder<Value>(use: (path: (name: string) => string) => Value): Value {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-certificates-'))
  try {
    return use((name) => join(folder, name))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readPair(path: (name: string) => string): Pair {
  return { cert: readFileSync(path('cert'), 'utf8'), key: readFileSync(path('key'), 'utf8') }
}
