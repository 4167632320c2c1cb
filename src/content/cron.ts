import { quote } from './words.ts'

interface Field {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly names?: readonly string[]
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const FIELDS: readonly Field[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day of week', min: 0, max: 7, names: DAYS },
]
const LONGEST_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

export interface CronFault {
  readonly problem: string
  readonly hint: string
}

/** What is wrong with the five fields of a cron expression: numbers, names, `*`, `a-b`, `a,b` and `/step`. */
export function findCronFault(fields: readonly string[]): CronFault | undefined {
  const values: (readonly number[])[] = []
  for (const [index, field] of FIELDS.entries()) {
    const read = readField(fields[index] ?? '', field)
    if (!Array.isArray(read)) return read as CronFault
    values.push(read)
  }
  const [, , days, months] = values as [number[], number[], number[], number[], number[]]
  // With a day of week the two are alternatives, and there is always a Monday.
  const possible = fields[4] !== '*' || months.some((month) => days.some((day) => day <= LONGEST_MONTH[month - 1]!))
  if (possible) return undefined
  return { problem: 'never comes: no such month has that day', hint: 'choose a day that the month has' }
}

function readField(text: string, field: Field): number[] | CronFault {
  const values: number[] = []
  for (const part of text.split(',')) {
    const match = /^(\*|[0-9a-z]+(?:-[0-9a-z]+)?)(?:\/(\d{1,4}))?$/i.exec(part)
    if (match === null) return refuse(field, part)
    const range = readRange(match[1]!, match[2] !== undefined, field)
    const step = match[2] === undefined ? 1 : Number(match[2])
    if (range === undefined || step === 0) return refuse(field, part)
    for (let value = range[0]; value <= range[1]; value += step) values.push(value)
  }
  return values
}

function readRange(text: string, hasStep: boolean, field: Field): [number, number] | undefined {
  if (text === '*') return [field.min, field.max]
  const [first, last] = text.split('-')
  const from = readValue(first!, field)
  if (from === undefined) return undefined
  if (last === undefined) return hasStep ? [from, field.max] : [from, from]
  const to = readValue(last, field)
  return to === undefined || to < from ? undefined : [from, to]
}

function readValue(text: string, { min, max, names }: Field): number | undefined {
  const named = names?.indexOf(text.toLowerCase()) ?? -1
  if (named >= 0) return named + min
  if (!/^\d{1,2}$/.test(text)) return undefined
  const value = Number(text)
  return value >= min && value <= max ? value : undefined
}

function refuse({ name, min, max, names }: Field, part: string): CronFault {
  const words = names === undefined ? '' : `, or ${names[0]} to ${names.at(-1)}`
  return {
    problem: `${quote(part)} is not ${name === 'hour' ? 'an' : 'a'} ${name}`,
    hint: `${name}: ${min} to ${max}${words}, with *, a-b, a,b and /step`,
  }
}
