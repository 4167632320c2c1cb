import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseParamData, readParamData, signatureFile } from '../content/param-data.ts'
import { KeelsonError, messageOf } from '../core/errors.ts'
import { showPublicKey } from '../state/signing-key.ts'

/** Makes an Ed25519 key in PEM that only its owner can read; answers its public half. @throws KeelsonError */
export function makeParamKey(file: string): string {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  if (existsSync(file)) {
    throw new KeelsonError('exists', `${file} is there already, and a key is never replaced`, {
      hint: 'name another file',
    })
  }
  write(file, String(privateKey.export({ format: 'pem', type: 'pkcs8' })), { mode: 0o600, flag: 'wx' })
  return showPublicKey(publicKey)
}

export interface SignedParams {
  readonly signature: string
  /** ISO 8601, UTC. */
  readonly issuedAt: string
  readonly key: string
}

/** Writes the signature of a data file beside it. @throws KeelsonError where file or key are not what they should be */
export function signParams(file: string, keyFile: string): SignedParams {
  const key = readPrivateKey(keyFile)
  const bytes = read(file)
  const data = parseParamData(bytes.toString('utf8'), file)
  if ('problem' in data) throw new KeelsonError('param-data', `${file} ${data.problem}`, { hint: data.hint })
  const path = signatureFile(file)
  write(path, `${sign(null, bytes, key).toString('base64')}\n`, {})
  return {
    signature: path,
    issuedAt: new Date(data.issuedAt).toISOString(),
    key: showPublicKey(createPublicKey(key)),
  }
}

/** What a signed file says, as its reader would take it. @throws KeelsonError where it would not */
export function verifyParams(file: string, key: string, maxAge: number, now: number) {
  const data = readParamData({ file, keys: [key], maxAge }, { now })
  if ('problem' in data) throw new KeelsonError('param-data', `${file} ${data.problem}`, { hint: data.hint })
  return { issuedAt: new Date(data.issuedAt).toISOString(), values: data.values }
}

function readPrivateKey(file: string): KeyObject {
  let key: KeyObject
  try {
    key = createPrivateKey(read(file))
  } catch (cause) {
    if (cause instanceof KeelsonError) throw cause
    throw new KeelsonError('key', `${file} is no private key: ${messageOf(cause)}`, {
      hint: 'checks params keygen FILE',
      cause,
    })
  }
  if (key.asymmetricKeyType === 'ed25519') return key
  throw new KeelsonError('key', `${file} is a key of kind ${key.asymmetricKeyType}, not Ed25519`, {
    hint: 'checks params keygen FILE makes one',
  })
}

function read(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new KeelsonError('input', `cannot read ${file}: ${messageOf(cause)}`, { cause })
  }
}

function write(file: string, text: string, options: { mode?: number; flag?: string }): void {
  try {
    writeFileSync(file, text, options)
  } catch (cause) {
    throw new KeelsonError('write', `cannot write ${file}: ${messageOf(cause)}`, { hint: 'name another place', cause })
  }
}
