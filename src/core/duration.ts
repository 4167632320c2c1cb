const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** The seconds of `90s`, `30m`, `2h`, `7d`, `1w`, or of a bare number of seconds; undefined for anything else. */
export function parseDuration(text: string | number): number | undefined {
  const match = /^(\d+)([smhdw]?)$/.exec(String(text).trim())
  return match ? Number(match[1]) * (UNITS[match[2] as string] ?? 1) : undefined
}
