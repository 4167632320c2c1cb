import { type SqlCollation, type SqlFunction, SqlFunctionError } from '../function.ts'
import type { SqlValue } from '../table.ts'
import { type ByteString, readByteString, readBytes } from './read-values.ts'

/** How a flavour departs from the generic comparison. */
interface Flavour {
  /** A version with a `:` is greater than one without; of two, that whose `:` stands further right. */
  readonly epoch: boolean
  /** Unlike delimiters compare by their rank; otherwise all are the same. */
  readonly rankedDelimiters: boolean
  /** What follows where the shorter version ends decides: `~` is less, `-` is equal, `^` is greater. */
  readonly suffixes: boolean
  /** After a digit the longer version is greater, whatever differed before in that segment. */
  readonly longerAfterDigit: boolean
}

const GENERIC: Flavour = { epoch: false, rankedDelimiters: false, suffixes: false, longerAfterDigit: false }
const ARCH: Flavour = { epoch: true, rankedDelimiters: false, suffixes: true, longerAfterDigit: true }
const DPKG: Flavour = { epoch: true, rankedDelimiters: true, suffixes: false, longerAfterDigit: false }
const RHEL: Flavour = { epoch: true, rankedDelimiters: true, suffixes: true, longerAfterDigit: false }

const FLAVOURS: ReadonlyMap<string, Flavour> = new Map([
  ['ARCH', ARCH],
  ['DPKG', DPKG],
  ['RHEL', RHEL],
])

/** From the lowest rank to the highest. */
const DELIMITERS = '~-^.:'

/**
 * osquery's comparison, peculiarities included: segments between delimiters compare by length, then by bytes, so
 * `01` > `1`. In RHEL and ARCH the suffix rules make it no true order: there are circles, and equals that differ.
 */
function compareVersions(left: ByteString, right: ByteString, flavour: Flavour): number {
  if (left === right) return 0
  if (left === '' || right === '') return left.length - right.length
  const epochs = flavour.epoch ? left.indexOf(':') - right.indexOf(':') : 0
  if (epochs !== 0) return epochs
  const common = Math.min(left.length, right.length)
  let difference = 0
  for (let at = 0; at < common; at++) {
    const leftRank = DELIMITERS.indexOf(left.charAt(at))
    const rightRank = DELIMITERS.indexOf(right.charAt(at))
    if (leftRank < 0 && rightRank < 0) {
      difference ||= readSignedByte(left, at) - readSignedByte(right, at)
      continue
    }
    if (leftRank < 0) return 1
    if (rightRank < 0) return -1
    if (difference !== 0) return difference
    if (flavour.rankedDelimiters && leftRank !== rightRank) return leftRank - rightRank
  }
  if (left.length === right.length) return difference
  return left.length > right.length
    ? compareToShorter(left, right, difference, flavour)
    : 0 - compareToShorter(right, left, -difference, flavour)
}

/** Both agree up to the shorter one's end but for `difference`, found in the segment that reaches there. */
function compareToShorter(longer: ByteString, shorter: ByteString, difference: number, flavour: Flavour): number {
  const next = longer.charAt(shorter.length)
  if (!flavour.suffixes) return difference !== 0 && DELIMITERS.includes(next) ? difference : 1
  if (next === '~') return -1
  if (next === '-') return 0
  if (next === '^') return 1
  const byLength = flavour.longerAfterDigit && /\d$/.test(shorter)
  return difference !== 0 && !byLength ? difference : 1
}

/** osquery compares C's `char`, which is signed on x86-64 and macOS: text beyond ASCII sorts first. */
function readSignedByte(text: ByteString, at: number): number {
  const byte = text.charCodeAt(at)
  return byte > 127 ? byte - 256 : byte
}

function findFlavour(value: SqlValue | undefined): Flavour {
  if (value === undefined) return GENERIC
  if (typeof value !== 'string') throw new SqlFunctionError('The optional third parameter is not a string.')
  const flavour = FLAVOURS.get(value.toUpperCase())
  if (!flavour) {
    throw new SqlFunctionError('The optional third parameter does not match one of: (ARCH, DPKG, RHEL).')
  }
  return flavour
}

function callVersionCompare(...values: SqlValue[]): SqlValue {
  const [left, right, flavour] = values
  if (typeof left !== 'string' || typeof right !== 'string') {
    throw new SqlFunctionError('Must provide two version strings to compare.')
  }
  const order = compareVersions(readByteString(left), readByteString(right), findFlavour(flavour))
  return BigInt(Math.sign(order))
}

function defineCollation(name: string, flavour: Flavour): SqlCollation {
  const read = (text: string) => readBytes(text).toString('latin1')
  return { name, compare: (left, right) => compareVersions(read(left), read(right), flavour) }
}

export const versionFunctions: readonly SqlFunction[] = [
  { name: 'version_compare', arity: [-1], call: callVersionCompare },
]

export const osqueryCollations: readonly SqlCollation[] = [
  defineCollation('version', GENERIC),
  defineCollation('version_arch', ARCH),
  defineCollation('version_dpkg', DPKG),
  defineCollation('version_rhel', RHEL),
]
