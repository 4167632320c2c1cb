import type { Host } from './host.ts'

export interface PasswdEntry {
  readonly name: string
  /** 0 to 4294967295. */
  readonly uid: number
  readonly gid: number
  readonly gecos: string
  readonly directory: string
  readonly shell: string
}

export interface GroupEntry {
  readonly name: string
  readonly gid: number
  readonly members: readonly string[]
}

/** Entries of /etc/passwd in the file's order; malformed lines are left out, as the C library does. */
export function* readPasswd(host: Host): Generator<PasswdEntry> {
  for (const [name = '', , uidText = '', gidText = '', gecos = '', directory = '', shell = ''] of readRecords(
    host,
    '/etc/passwd',
  )) {
    const uid = parseId(uidText)
    const gid = parseId(gidText)
    if (uid !== undefined && gid !== undefined) yield { name, uid, gid, gecos, directory, shell }
  }
}

/** Entries of /etc/group in the file's order, without the malformed ones. */
export function* readGroups(host: Host): Generator<GroupEntry> {
  for (const [name = '', , gidText = '', members = ''] of readRecords(host, '/etc/group')) {
    const gid = parseId(gidText)
    if (gid !== undefined) yield { name, gid, members: members.split(',').filter(Boolean) }
  }
}

/** The file's lines as colon-separated fields; none when there is no such file. */
export function* readRecords(host: Host, path: string): Generator<string[]> {
  for (const line of host.read(path)?.split('\n') ?? []) {
    const record = line.trimStart()
    if (record !== '' && !record.startsWith('#')) yield record.split(':')
  }
}

/** The number as the kernel's signed 32-bit id, which osquery shows beside the unsigned one. */
export function toSignedId(id: number): number {
  return id | 0
}

/** An id that a statement asks for; undefined where it is no whole number. A negative one means its unsigned twin. */
export function toUnsignedId(text: string): number | undefined {
  return /^[+-]?\d+$/.test(text) ? Number(BigInt.asUintN(32, BigInt(text.replace('+', '')))) : undefined
}

function parseId(text: string): number | undefined {
  const match = /^\s*([+-]?)(\d+)$/.exec(text)
  if (!match) return undefined
  return match[1] === '-' ? 0xffffffff : Math.min(Number(match[2]), 0xffffffff)
}
