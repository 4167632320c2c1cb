import { KeelsonError } from '../../core/errors.ts'
import { askWhere, type DraftKind, expectAbsent, expectPresent } from './draft.ts'
import { draftFile } from './draft-file.ts'
import { draftPackage } from './draft-package.ts'
import { draftPort } from './draft-port.ts'
import { draftService } from './draft-service.ts'

/** Where accounts stand, with what is remarkable of them. */
const draftUser: DraftKind = async (name, probe) => {
  const [row] = await askWhere(probe, 'users', { username: name })
  const where = { username: name }
  const words = `user ${name}`
  if (!row) {
    const { clause, cases } = expectAbsent('users', where, where)
    return { words: `${words} absent`, title: `There is no user ${name}`, found: `no user ${name}`, clause, cases }
  }
  const number = (column: 'uid' | 'gid') => {
    const found = Number(row[column])
    return { column, expect: found, found, otherwise: found + 1 }
  }
  const text = (column: 'directory' | 'shell') => {
    const found = row[column] ?? ''
    return { column, expect: found, found, otherwise: '/another' }
  }
  const expectations =
    probe.platform === 'windows' ? [] : [number('uid'), number('gid'), text('directory'), text('shell')]
  const { clause, cases } = expectPresent('users', where, expectations)
  const found = `user ${name}: uid ${row.uid}, gid ${row.gid}, home ${row.directory}, shell ${row.shell}`
  return { words: `${words} as found`, title: `The user ${name} is as it was found`, found, clause, cases }
}

const draftSysctl: DraftKind = async (name, probe) => {
  if (probe.platform === 'windows') throw unsupported('sysctl', probe.platform)
  const [row] = await askWhere(probe, 'system_controls', { name })
  // For one that is not there osquery on Linux answers a row without a value.
  const value = row?.current_value ?? ''
  if (!row || value === '') {
    throw new KeelsonError('not-found', `this kernel has no parameter ${name}, or nobody can read it`, {
      hint: 'it is written with dots, such as net.ipv4.ip_forward',
    })
  }
  const expected = { column: 'current_value', expect: value, found: value, otherwise: `${value}1` }
  const { clause, cases } = expectPresent('system_controls', { name }, [expected])
  return {
    words: `sysctl ${name}`,
    title: `The kernel parameter ${name} is ${value}`,
    found: `${name} = ${value}`,
    clause,
    cases,
  }
}

const draftModule: DraftKind = async (given, probe) => {
  if (probe.platform !== 'linux') throw unsupported('module', probe.platform)
  // The kernel writes names with underscores, whatever the file is called.
  const name = given.replaceAll('-', '_')
  const [row] = await askWhere(probe, 'kernel_modules', { name })
  if (row) {
    const { clause, cases } = expectPresent('kernel_modules', { name }, [])
    return {
      words: `module ${name} loaded`,
      title: `The kernel module ${name} is loaded`,
      found: `module ${name} is loaded`,
      clause,
      cases,
    }
  }
  const { clause, cases } = expectAbsent('kernel_modules', { name }, { name })
  return {
    words: `module ${name} not loaded`,
    title: `The kernel module ${name} is not loaded`,
    found: `module ${name} is not loaded`,
    clause,
    cases,
  }
}

/** The kinds of things of which a check can be written, each by what it is called. */
export const DRAFTS: Readonly<Record<AddKind, DraftKind>> = {
  package: draftPackage,
  service: draftService,
  file: draftFile,
  port: draftPort,
  user: draftUser,
  sysctl: draftSysctl,
  module: draftModule,
}

export const ADD_KINDS = ['package', 'service', 'file', 'port', 'user', 'sysctl', 'module'] as const
export type AddKind = (typeof ADD_KINDS)[number]

function unsupported(kind: string, platform: string): KeelsonError {
  return new KeelsonError('usage', `there is no ${kind} on ${platform}`, { hint: 'checks add --help lists the kinds' })
}
