import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { messageOf } from '../core/errors.ts'
import type { SinkContext, SinkOption } from '../core/sink.ts'
import { wrongOption } from './read-settings.ts'

/** The options of a sink that speaks TLS. Certificates are always verified. */
export const TLS_OPTIONS = {
  ca: {
    type: 'text',
    path: true,
    help: 'the authorities to trust instead of the usual ones, as a PEM file or its text',
  },
  cert: { type: 'text', path: true, help: 'our certificate, where it asks for one, as a PEM file or its text' },
  key: { type: 'secret', path: true, help: "our certificate's key, as a PEM file or its text" },
} as const satisfies Record<string, SinkOption>

/** PEM texts; what was not given is absent. */
export interface TlsTexts {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

/** @throws KeelsonError when a file cannot be read, is no PEM, or a key does not belong to its certificate */
export function readTls(
  { ca, cert, key }: { readonly [Key in keyof typeof TLS_OPTIONS]: string | undefined },
  context: Pick<SinkContext, 'name'>,
): TlsTexts {
  if ((cert === undefined) !== (key === undefined)) {
    const [given, missing] = cert === undefined ? ['key', 'cert'] : ['cert', 'key']
    throw wrongOption(context, given, `says nothing without ${missing}`, 'give both, or neither')
  }
  const texts: TlsTexts = {
    ...(ca === undefined ? {} : { ca: readCertificate(ca, 'ca', context) }),
    ...(cert === undefined ? {} : { cert: readCertificate(cert, 'cert', context) }),
    ...(key === undefined ? {} : { key: readPem(key, 'key', context) }),
  }
  try {
    createSecureContext(texts)
    return texts
  } catch (error) {
    const hint = 'both must be PEM, belong together, and the key must have no passphrase'
    throw wrongOption(context, 'key', `cannot be used with cert: ${codeOf(error)}`, hint)
  }
}

function readCertificate(value: string, option: string, context: Pick<SinkContext, 'name'>): string {
  const text = readPem(value, option, context)
  try {
    new X509Certificate(text)
    return text
  } catch (error) {
    throw wrongOption(context, option, `holds no certificate: ${codeOf(error)}`, 'it must be PEM')
  }
}

function readPem(value: string, option: string, context: Pick<SinkContext, 'name'>): string {
  if (value.includes('-----BEGIN ')) return value
  try {
    return readFileSync(value, 'utf8')
  } catch (error) {
    // Not by its message, which has the path: it may be a key that lost its first line.
    throw wrongOption(context, option, `cannot be read: ${codeOf(error)}`, 'name a PEM file that we may read')
  }
}

function codeOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  return typeof code === 'string' ? code : messageOf(error)
}
