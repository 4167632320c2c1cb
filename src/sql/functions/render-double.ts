const SIGNIFICANT_DIGITS = 15

/**
 * A REAL as osquery writes it on the wire: 15 significant digits, trailing zeros stripped, `.0` appended when there is
 * no `.` yet, which also gives `1e+22.0` and `inf.0`.
 */
export function renderDouble(value: number): string {
  if (Number.isNaN(value)) return 'nan.0'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  if (!Number.isFinite(value)) return `${sign}inf.0`
  const { mantissa, exponent } = layOut(roundAsC(Math.abs(value)))
  return sign + (mantissa.includes('.') ? mantissa + exponent : `${mantissa}${exponent}.0`)
}

/** A REAL as SQLite 3.42 casts it to TEXT (`%!.15g`): the same digits, but `1.0e+22`, `0.0` for -0.0, and `Inf`. */
export function renderRealAsText(value: number): string {
  const sign = value < 0 ? '-' : ''
  if (!Number.isFinite(value)) return `${sign}Inf`
  const { mantissa, exponent } = layOut(round(Math.abs(value)))
  return sign + (mantissa.includes('.') ? mantissa : `${mantissa}.0`) + exponent
}

interface Decimal {
  /** The first before the point, the others after it. */
  readonly digits: string
  readonly power: number
}

/** `%.15g` of a number ≥ 0, in two pieces. */
function layOut(decimal: Decimal): { mantissa: string; exponent: string } {
  const { power } = decimal
  const digits = decimal.digits.replace(/0+$/, '') || '0'
  if (power < -4 || power >= SIGNIFICANT_DIGITS) {
    const sign = power < 0 ? '-' : '+'
    return { mantissa: insertPoint(digits, 1), exponent: `e${sign}${String(Math.abs(power)).padStart(2, '0')}` }
  }
  if (power < 0) return { mantissa: `0.${'0'.repeat(-power - 1)}${digits}`, exponent: '' }
  return { mantissa: insertPoint(digits.padEnd(power + 1, '0'), power + 1), exponent: '' }
}

function insertPoint(digits: string, at: number): string {
  return digits.length > at ? `${digits.slice(0, at)}.${digits.slice(at)}` : digits
}

/** JavaScript, and SQLite too, round an exact tie up. */
function round(value: number): Decimal {
  return readExponential(value.toExponential(SIGNIFICANT_DIGITS - 1))
}

/** C rounds an exact tie to the even digit. */
function roundAsC(value: number): Decimal {
  const { digits, power } = readExponential(value.toExponential(60))
  const kept = digits.slice(0, SIGNIFICANT_DIGITS)
  const tie = /^50*$/.test(digits.slice(SIGNIFICANT_DIGITS))
  return tie && Number(kept.at(-1)) % 2 === 0 ? { digits: kept, power } : round(value)
}

function readExponential(text: string): Decimal {
  const [mantissa = '', power = '0'] = text.split('e')
  return { digits: mantissa.replace('.', ''), power: Number(power) }
}
