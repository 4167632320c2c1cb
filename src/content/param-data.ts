import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { messageOf } from '../core/errors.ts'
import type { ParamSource } from '../core/param-source.ts'
import { describeSpan } from '../formats/describe-time.ts'
import { parseTime } from './time.ts'
import { describeValue, isMapping, quote } from './words.ts'
import { parseYaml } from './yaml-document.ts'

export interface ParamData {
  /** Milliseconds since 1970. */
  readonly issuedAt: number
  /** Values by check and parameter, as written. */
  readonly values: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** Why nothing is taken from a file, as the rest of a sentence about it. */
export interface ParamDataProblem {
  readonly problem: string
  readonly hint: string
}

export type ParamDataAnswer = ParamData | ParamDataProblem

/** Milliseconds that the clocks of signer and reader may differ. */
const SKEW = 5 * 60_000
const MAX_BYTES = 1024 * 1024
const PLAIN_KEY = /^[A-Za-z0-9_-]{43}$/

/** Where the signature of a file stands. */
export function signatureFile(file: string): string {
  return `${file}.sig`
}

/**
 * The values of a signed file; or why none of them may be used. Nothing in it is looked at before its signature is known
 * to be good.
 * @param floor the time of the newest file that was ever used, in milliseconds since 1970
 */
export function readParamData(
  { file, keys, maxAge }: Omit<ParamSource, 'params'>,
  { now, floor }: { readonly now: number; readonly floor?: number | undefined },
): ParamDataAnswer {
  const bytes = readBytes(file)
  if ('problem' in bytes) return bytes
  const problem = checkSignature(file, bytes, keys)
  if (problem) return problem
  const data = parseParamData(bytes.toString('utf8'), file)
  if ('problem' in data) return data
  const { issuedAt } = data
  const said = new Date(issuedAt).toISOString()
  if (issuedAt > now + SKEW) {
    return { problem: `was issued in the future, at ${said}`, hint: 'set the clock of this machine, or sign it anew' }
  }
  if (now - issuedAt > maxAge * 1000) {
    const age = `issued ${describeSpan(now - issuedAt)} ago, and may be ${describeSpan(maxAge * 1000)} old`
    return { problem: `has expired: it was ${age}`, hint: 'fetch a newer one' }
  }
  if (floor !== undefined && issuedAt < floor) {
    const newer = new Date(floor).toISOString()
    return { problem: `is older (${said}) than one that was used before (${newer})`, hint: 'put the newer one back' }
  }
  return data
}

/** The content of a data file, signed or not. */
export function parseParamData(text: string, file: string): ParamDataAnswer {
  const { documents, diagnostics } = parseYaml(text, file)
  const [fault] = diagnostics.filter(({ level }) => level === 'error')
  if (fault) {
    const { line, column } = fault.place
    return {
      problem: `is wrong at ${line}:${column}: ${fault.message}`,
      hint: fault.hint ?? 'mend it and sign it anew',
    }
  }
  const document = documents[0]
  const wrong = (path: readonly string[], message: string): ParamDataProblem => {
    const { line, column } = document?.place(path) ?? { line: 1, column: 1 }
    return { problem: `is wrong at ${line}:${column}: ${message}`, hint: 'it holds issued_at: and params: by check' }
  }
  const value = document?.value
  if (!isMapping(value) || documents.length > 1)
    return wrong([], `one mapping is expected, not ${describeValue(value)}`)
  const stray = Object.keys(value).find((key) => !['issued_at', 'params'].includes(key))
  if (stray !== undefined) return wrong([stray], `unknown key ${quote(stray)}`)
  const { issued_at: issued, params } = value
  const issuedAt = typeof issued === 'string' ? parseTime(issued) : undefined
  if (issuedAt === undefined) return wrong(['issued_at'], 'issued_at must be a time such as 2026-01-31T12:00:00Z')
  if (!isMapping(params)) return wrong(['params'], `params must be a mapping of checks, not ${describeValue(params)}`)
  const odd = Object.keys(params).find((check) => !isMapping(params[check]))
  if (odd !== undefined) return wrong(['params', odd], `the values of ${quote(odd)} must be a mapping`)
  return { issuedAt: issuedAt * 1000, values: params as ParamData['values'] }
}

function readBytes(file: string): Buffer | ParamDataProblem {
  try {
    const stats = statSync(file)
    // Reading a pipe or a device could wait for ever.
    if (!stats.isFile()) return { problem: 'is not a regular file', hint: 'name the file itself' }
    if (stats.size > MAX_BYTES) return { problem: `is longer than ${MAX_BYTES} bytes`, hint: 'split it' }
    return readFileSync(file)
  } catch (error) {
    return { problem: `cannot be read: ${messageOf(error)}`, hint: 'fetch it, with its signature' }
  }
}

function checkSignature(file: string, bytes: Buffer, keys: readonly string[]): ParamDataProblem | undefined {
  const path = signatureFile(file)
  let signature: Buffer
  try {
    signature = Buffer.from(readFileSync(path, 'latin1').trim(), 'base64')
  } catch {
    return {
      problem: 'is not signed',
      hint: `its signature belongs in ${basename(path)}: checks params sign makes one`,
    }
  }
  let isSigned = false
  for (const key of keys) {
    try {
      isSigned ||= verify(null, bytes, readVerifyingKey(key), signature)
    } catch (error) {
      return {
        problem: `cannot be verified: the key ${key} cannot be used (${messageOf(error)})`,
        hint: 'see docs/exchange.md',
      }
    }
  }
  if (isSigned) return undefined
  return {
    problem: 'has a wrong signature: it, or its signature, was changed, or another key signed it',
    hint: 'fetch both anew',
  }
}

/** A public key as text, or from a file of PEM or of that text. @throws when it is none */
export function readVerifyingKey(key: string): KeyObject {
  const text = PLAIN_KEY.test(key) ? key : readFileSync(key, 'utf8').trim()
  const made = PLAIN_KEY.test(text)
    ? createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: text }, format: 'jwk' })
    : createPublicKey(text)
  if (made.asymmetricKeyType !== 'ed25519') throw new Error('it is no Ed25519 key')
  return made
}

/** Whether a setting is the key itself rather than the path of its file. */
export function isPlainKey(key: string): boolean {
  return PLAIN_KEY.test(key)
}
