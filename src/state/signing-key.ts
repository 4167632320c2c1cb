import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { KeelsonError, messageOf } from '../core/errors.ts'
import { nameUnfinished, syncFile } from './replace-file.ts'

/** The file with the private key (Ed25519, PKCS #8 in PEM) that a state's checkpoints are signed with. */
export function keyFile(path: string): string {
  return `${path}.key`
}

/** The private key of the state at the path, made on first use. @throws KeelsonError */
export function openSigningKey(path: string): KeyObject {
  const file = keyFile(path)
  try {
    if (!existsSync(file)) makeKey(file)
    return createPrivateKey(readFileSync(file))
  } catch (cause) {
    throw new KeelsonError('key', `the key ${file} cannot be used: ${messageOf(cause)}`, {
      hint: 'it must be readable to you, and an Ed25519 key in PEM; without the file, a new one is made',
      cause,
    })
  }
}

/** The public key of the state at the path as its checkpoints have it; undefined when it has none. */
export function readPublicKey(path: string): string | undefined {
  return existsSync(keyFile(path)) ? showPublicKey(createPublicKey(openSigningKey(path))) : undefined
}

/** A public key's 32 bytes in base64url. */
export function showPublicKey(key: KeyObject): string {
  return String(key.export({ format: 'jwk' }).x)
}

/** @throws when it is none */
export function parsePublicKey(text: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: text }, format: 'jwk' })
}

/** Of two processes that make one at a time, the first wins, and nobody sees half a key. */
function makeKey(file: string): void {
  const unfinished = nameUnfinished(file)
  const { privateKey } = generateKeyPairSync('ed25519')
  try {
    writeFileSync(unfinished, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600, flag: 'wx' })
    syncFile(unfinished)
    linkSync(unfinished, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(unfinished, { force: true })
  }
}
