import type { Host } from './host.ts'

/** One structure of the firmware's DMI table. */
export interface SmbiosStructure {
  readonly type: number
  /** The formatted part, header included. */
  readonly data: Buffer
  /** Numbered from 1; 0 means that there is none. */
  string(index: number): string
}

/** The DMI table's structures; undefined when the machine has none. @throws TableError when we may not read it. */
export function readSmbios(host: Host): SmbiosStructure[] | undefined {
  const table = host.readBytes('/sys/firmware/dmi/tables/DMI')
  return table && parseStructures(table)
}

function parseStructures(table: Buffer): SmbiosStructure[] {
  const structures: SmbiosStructure[] = []
  for (let at = 0; at + 4 <= table.length; ) {
    const length = table[at + 1]!
    if (length < 4 || at + length > table.length) break
    let end = at + length
    while (end + 1 < table.length && (table[end] !== 0 || table[end + 1] !== 0)) end++
    const strings = table
      .subarray(at + length, end)
      .toString('latin1')
      .split('\0')
    structures.push({
      type: table[at]!,
      data: table.subarray(at, at + length),
      string: (index) => (index === 0 ? '' : (strings[index - 1] ?? '').trim()),
    })
    at = end + 2
  }
  return structures
}
