import type { Host } from './host.ts'

export interface Mount {
  readonly device: string
  readonly path: string
  readonly type: string
  readonly flags: string
}

/** What is mounted, in order. @throws TableError when /proc is not there. */
export function listMounts(host: Host): Mount[] {
  const mounts: Mount[] = []
  for (const line of host.readRequired('/proc/mounts').split('\n')) {
    const [device, path, type, flags] = line.split(' ').map(unescapeOctal)
    if (device === undefined || path === undefined || type === undefined || flags === undefined) continue
    mounts.push({ device, path, type, flags })
  }
  return mounts
}

/** The kernel writes a space as \040, a tab as \011, and so on. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}
