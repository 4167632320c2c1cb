import type { Host } from './host.ts'

/** /proc/meminfo in bytes, by the kernel's names. @throws TableError when /proc is not there. */
export function readMemoryInfo(host: Host): Map<string, number> {
  const sizes = new Map<string, number>()
  for (const line of host.readRequired('/proc/meminfo').split('\n')) {
    const [, name, size] = /^([^:]+):\s+(\d+)/.exec(line) ?? []
    if (name && size) sizes.set(name, Number(size) * 1024)
  }
  return sizes
}
