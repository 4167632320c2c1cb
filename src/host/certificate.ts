import { X509Certificate } from 'node:crypto'
import type { TableRow } from '../sql/table.ts'
import { readCertificateName } from './certificate-name.ts'
import { type DerElement, readDer, readObjectId } from './der.ts'

/** OpenSSL's long names. */
const SIGNING_ALGORITHMS: Readonly<Record<string, string>> = {
  '1.2.840.10040.4.3': 'dsaWithSHA1',
  '1.2.840.10045.4.1': 'ecdsa-with-SHA1',
  '1.2.840.10045.4.3.1': 'ecdsa-with-SHA224',
  '1.2.840.10045.4.3.2': 'ecdsa-with-SHA256',
  '1.2.840.10045.4.3.3': 'ecdsa-with-SHA384',
  '1.2.840.10045.4.3.4': 'ecdsa-with-SHA512',
  '1.2.840.113549.1.1.2': 'md2WithRSAEncryption',
  '1.2.840.113549.1.1.4': 'md5WithRSAEncryption',
  '1.2.840.113549.1.1.5': 'sha1WithRSAEncryption',
  '1.2.840.113549.1.1.10': 'rsassaPss',
  '1.2.840.113549.1.1.11': 'sha256WithRSAEncryption',
  '1.2.840.113549.1.1.12': 'sha384WithRSAEncryption',
  '1.2.840.113549.1.1.13': 'sha512WithRSAEncryption',
  '1.2.840.113549.1.1.14': 'sha224WithRSAEncryption',
  '1.3.101.112': 'ED25519',
  '1.3.101.113': 'ED448',
  '2.16.840.1.101.3.4.3.1': 'dsa_with_SHA224',
  '2.16.840.1.101.3.4.3.2': 'dsa_with_SHA256',
}
const KEY_ALGORITHMS: Readonly<Record<string, string>> = {
  '1.2.840.10040.4.1': 'dsaEncryption',
  '1.2.840.10045.2.1': 'id-ecPublicKey',
  '1.2.840.113549.1.1.1': 'rsaEncryption',
  '1.2.840.113549.1.1.10': 'rsassaPss',
  '1.3.101.112': 'ED25519',
  '1.3.101.113': 'ED448',
}
/** In the order of the bits' values, which is the order that they are listed in. */
const KEY_USAGES: readonly (readonly [number, string])[] = [
  [0x0001, 'Encipher Only'],
  [0x0002, 'CRL Sign'],
  [0x0004, 'Key Cert Sign'],
  [0x0008, 'Key Agreement'],
  [0x0010, 'Data Encipherment'],
  [0x0020, 'Key Encipherment'],
  [0x0040, 'Non Repudiation'],
  [0x0080, 'Digital Signature'],
  [0x8000, 'Decipher Only'],
]
const KEY_CERT_SIGN = 0x4
const EXTENSION = { subjectKeyId: '2.5.29.14', keyUsage: '2.5.29.15', basic: '2.5.29.19', authorityKeyId: '2.5.29.35' }

/** A certificate as osquery describes it. @throws Error when it is no certificate */
export function describeCertificate(der: Buffer): TableRow {
  const certificate = new X509Certificate(der)
  const { isFirstVersion, algorithm, issuer, subject, extensions } = readFields(certificate.raw)
  const usage = readKeyUsage(extensions.get(EXTENSION.keyUsage))
  const isSelfSigned = certificate.checkIssued(certificate)
  // Without basic constraints OpenSSL takes a self-signed first version, or the right to sign, as an authority too.
  const isOldAuthority =
    !extensions.has(EXTENSION.basic) &&
    (usage === undefined ? isFirstVersion && isSelfSigned : (usage & KEY_CERT_SIGN) !== 0)
  return {
    common_name: subject.commonName,
    subject: subject.slashed,
    subject2: subject.listed,
    issuer: issuer.slashed,
    issuer2: issuer.listed,
    ca: certificate.ca || isOldAuthority ? 1 : 0,
    self_signed: isSelfSigned ? 1 : 0,
    not_valid_before: toUnixText(certificate.validFromDate),
    not_valid_after: toUnixText(certificate.validToDate),
    signing_algorithm: SIGNING_ALGORITHMS[algorithm] ?? '',
    ...describeKey(certificate),
    key_usage: KEY_USAGES.flatMap(([bit, name]) => ((usage ?? 0) & bit ? [name] : [])).join(', '),
    subject_key_id: firstContent(extensions.get(EXTENSION.subjectKeyId))?.toString('hex') ?? '',
    authority_key_id: readAuthorityKeyId(extensions.get(EXTENSION.authorityKeyId)),
    sha1: certificate.fingerprint.replaceAll(':', '').toLowerCase(),
    serial: certificate.serialNumber,
  }
}

function readFields(raw: Buffer) {
  const [outer] = readDer(raw)
  const [body] = readDer(outer?.content ?? Buffer.alloc(0))
  const fields = readDer(body?.content ?? Buffer.alloc(0))
  const isFirstVersion = fields[0]?.tag !== 0xa0
  const [, algorithm, issuer, , subject] = isFirstVersion ? fields : fields.slice(1)
  if (!algorithm || !issuer || !subject) throw new Error('fields are missing')
  return {
    isFirstVersion,
    algorithm: readObjectId(firstContent(algorithm.content) ?? Buffer.alloc(0)),
    issuer: readCertificateName(issuer.content),
    subject: readCertificateName(subject.content),
    extensions: readExtensions(fields.find(({ tag }) => tag === 0xa3)),
  }
}

function readExtensions(element: DerElement | undefined): Map<string, Buffer> {
  const list = readDer(firstContent(element?.content) ?? Buffer.alloc(0))
  return new Map(
    list.map(({ content }) => {
      const parts = readDer(content)
      const value = parts.at(-1)?.content ?? Buffer.alloc(0)
      return [readObjectId(parts[0]?.content ?? Buffer.alloc(0)), value]
    }),
  )
}

/** The RSA key's size in bits, rounded up to bytes, or the curve. */
function describeKey({ raw, publicKey }: X509Certificate): TableRow {
  const [outer] = readDer(publicKey.export({ type: 'spki', format: 'der' }))
  const [identifier] = readDer(outer?.content ?? raw)
  const key_algorithm = KEY_ALGORITHMS[readObjectId(firstContent(identifier?.content) ?? Buffer.alloc(0))] ?? ''
  const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {}
  const isRsa = key_algorithm === 'rsaEncryption' && modulusLength !== undefined
  return { key_algorithm, key_strength: isRsa ? `${Math.ceil(modulusLength / 8) * 8}` : (namedCurve ?? '') }
}

/** Undefined when the certificate does not restrict its key's use. */
function readKeyUsage(extension: Buffer | undefined): number | undefined {
  const bits = firstContent(extension)
  return bits && (bits[1] ?? 0) | ((bits[2] ?? 0) << 8)
}

function readAuthorityKeyId(extension: Buffer | undefined): string {
  const parts = readDer(firstContent(extension) ?? Buffer.alloc(0))
  return parts.find(({ tag }) => tag === 0x80)?.content.toString('hex') ?? ''
}

function firstContent(bytes: Buffer | undefined): Buffer | undefined {
  return bytes && readDer(bytes)[0]?.content
}

function toUnixText(date: Date): string {
  return `${Math.floor(date.getTime() / 1000)}`
}
