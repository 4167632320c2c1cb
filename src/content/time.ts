const TIME = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/

/** Unix seconds of an ISO 8601 time with its zone, or of a date (its midnight UTC); undefined when it is none. */
export function parseTime(text: string): number | undefined {
  const match = TIME.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as Six
  const offset = readOffset(match[7])
  const milliseconds = Date.UTC(year, month - 1, day, hour, minute, second)
  const date = new Date(milliseconds)
  // Date.UTC turns the 30th of February into the 1st or 2nd of March.
  const isReal =
    date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60
  return isReal && offset !== undefined ? milliseconds / 1000 - offset : undefined
}

type Six = [number, number, number, number, number, number]

function readOffset(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === 'Z') return 0
  const [hours, minutes] = zone.slice(1).split(':').map(Number) as [number, number]
  if (hours > 14 || minutes > 59) return undefined
  return (zone.startsWith('-') ? -60 : 60) * (hours * 60 + minutes)
}
