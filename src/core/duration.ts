const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const

/** Seconds of a duration such as 90s, 30m, 36h, 7d or 2w; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9})([smhdw])$/.exec(text)
  if (match === null) return undefined
  return Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS]
}
