import { type DerElement, readDer, readObjectId } from './der.ts'

const SHORT_NAMES: Readonly<Record<string, string>> = {
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
  '1.2.840.113549.1.9.2': 'unstructuredName',
  '1.3.6.1.4.1.311.60.2.1.1': 'jurisdictionL',
  '1.3.6.1.4.1.311.60.2.1.2': 'jurisdictionST',
  '1.3.6.1.4.1.311.60.2.1.3': 'jurisdictionC',
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.13': 'description',
  '2.5.4.15': 'businessCategory',
  '2.5.4.17': 'postalCode',
  '2.5.4.18': 'postOfficeBox',
  '2.5.4.20': 'telephoneNumber',
  '2.5.4.41': 'name',
  '2.5.4.42': 'GN',
  '2.5.4.43': 'initials',
  '2.5.4.44': 'generationQualifier',
  '2.5.4.45': 'x500UniqueIdentifier',
  '2.5.4.46': 'dnQualifier',
  '2.5.4.65': 'pseudonym',
  '2.5.4.97': 'organizationIdentifier',
}

const TAG = { utf8: 12, teletex: 20, universal: 28, bmp: 30 } as const
const COMMON_NAME = 'CN'

interface NamePart {
  readonly name: string
  readonly value: DerElement
  /** Belongs to the same relative name as the part before it. */
  readonly joined: boolean
}

/** A distinguished name in the ways that OpenSSL writes it. */
export interface CertificateName {
  /** `/CN=A/O=B`, other than printable ASCII as `\xC3`, and a `/` or `+` of a value behind a backslash. */
  readonly slashed: string
  /** `CN = A, O = B`, quoted where needed, other than ASCII as `\C3`. */
  readonly listed: string
  /** The first common name as it stands in the certificate. */
  readonly commonName: string | undefined
}

/** @param content the content of the name's outer sequence */
export function readCertificateName(content: Buffer): CertificateName {
  const parts = readDer(content).flatMap((relative) =>
    readDer(relative.content).map((pair, index): NamePart => {
      const [id, value] = readDer(pair.content)
      if (!id || !value) throw new Error('a name without a value')
      const objectId = readObjectId(id.content)
      return { name: SHORT_NAMES[objectId] ?? objectId, value, joined: index > 0 }
    }),
  )
  return {
    slashed: parts.map(({ name, value, joined }) => `${joined ? '+' : '/'}${name}=${escapeBytes(value)}`).join(''),
    listed: parts
      .map(({ name, value, joined }, index) => `${index === 0 ? '' : joined ? ' + ' : ', '}${name} = ${quote(value)}`)
      .join(''),
    commonName: parts.find(({ name }) => name === COMMON_NAME)?.value.content.toString('utf8'),
  }
}

/** Wide strings of plain Latin text lose their zero bytes first. */
function escapeBytes({ tag, content }: DerElement): string {
  const width = tag === TAG.bmp ? 2 : tag === TAG.universal ? 4 : 1
  const isNarrow = content.every((byte, index) => index % width === width - 1 || byte === 0)
  const bytes = width > 1 && isNarrow ? content.filter((_, index) => index % width === width - 1) : content
  return [...bytes]
    .map((byte) => {
      if (byte < 0x20 || byte > 0x7e) return `\\x${hex(byte)}`
      const character = String.fromCharCode(byte)
      return character === '/' || character === '+' ? `\\${character}` : character
    })
    .join('')
}

function quote({ tag, content }: DerElement): string {
  const text = toText(tag, content)
  const escaped = [...Buffer.from(text)]
    .map((byte) => {
      if (byte < 0x20 || byte >= 0x7f) return `\\${hex(byte)}`
      const character = String.fromCharCode(byte)
      return character === '"' || character === '\\' ? `\\${character}` : character
    })
    .join('')
  return /[,+"<>;\\]|^[# ]| $/.test(text) ? `"${escaped}"` : escaped
}

function toText(tag: number, content: Buffer): string {
  if (tag === TAG.utf8) return content.toString('utf8')
  if (tag === TAG.bmp) return Buffer.from(content).swap16().toString('utf16le')
  if (tag !== TAG.universal) return content.toString('latin1')
  const points = Array.from({ length: content.length / 4 }, (_, index) => content.readUInt32BE(index * 4))
  return String.fromCodePoint(...points)
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0')
}
