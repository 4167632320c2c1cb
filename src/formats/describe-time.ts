const UNITS: readonly (readonly [name: string, milliseconds: number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
]

/** A span in its largest unit: `12 days`, `1 hour`, `a moment` below a second. Negative spans count as none. */
export function describeSpan(milliseconds: number): string {
  const unit = UNITS.find(([, size]) => milliseconds >= size)
  if (!unit) return 'a moment'
  const count = Math.floor(milliseconds / unit[1])
  return `${count} ${unit[0]}${count === 1 ? '' : 's'}`
}

/** A moment on the local clock, to the minute: `2026-03-04 14:18`; or to the second. */
export function describeMoment(time: number, { seconds = false }: { readonly seconds?: boolean } = {}): string {
  const date = new Date(time)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}${seconds ? `:${two(date.getSeconds())}` : ''}`
}

/** A moment and how long ago it was: `2026-03-04 14:18 (2 days ago)`. */
export function describeAgo(time: number, now: number): string {
  return `${describeMoment(time)} (${time > now ? 'in the future' : `${describeSpan(now - time)} ago`})`
}
