import { KeelsonError } from '../../core/errors.ts'
import { askWhere, type Case, type DraftKind, type Expectation, expectAbsent, expectPresent } from './draft.ts'

/** A file or folder: its kind, owner and mode, and its content where that is asked for. */
export const draftFile: DraftKind = async (path, probe, { sha256 }) => {
  if (!/^(?:\/|[A-Za-z]:\\)/.test(path)) {
    throw new KeelsonError('usage', `${path} is no whole path`, { hint: 'begin at the root, such as /etc/hosts' })
  }
  const [row] = await askWhere(probe, 'file', { path })
  if (!row) {
    const { clause, cases } = expectAbsent('file', { path }, { path })
    return { words: `file ${path} absent`, title: `There is no ${path}`, found: `there is no ${path}`, clause, cases }
  }
  const { type = '', mode = '' } = row
  const number = (column: 'uid' | 'gid'): Expectation => {
    const found = Number(row[column])
    return { column, expect: found, found, otherwise: found + 1 }
  }
  // On Windows owner and mode are in the security descriptor, which this table does not have.
  const owned: Expectation[] =
    probe.platform === 'windows'
      ? []
      : [
          number('uid'),
          number('gid'),
          { column: 'mode', expect: mode, found: mode, otherwise: mode === '0777' ? '0000' : '0777' },
        ]
  const kind = { column: 'type', expect: type, found: type, otherwise: type === 'socket' ? 'regular' : 'socket' }
  const asFile = expectPresent('file', { path }, [kind, ...owned])
  const found = `${path}: ${type}${owned.length > 0 ? `, owner ${row.uid}:${row.gid}, mode ${mode}` : ''}`
  const words = `file ${path}`
  if (!sha256) return { words, title: `${path} has the owner and mode it was found with`, found, ...asFile }
  const digest = (await askWhere(probe, 'hash', { path }))[0]?.sha256
  if (!digest)
    throw new KeelsonError('unreadable', `the content of ${path} cannot be read`, { hint: 'is it a regular file?' })
  const asHash = expectPresent('hash', { path }, [
    { column: 'sha256', expect: digest, found: digest, otherwise: '0'.repeat(64) },
  ])
  const [soundFile] = asFile.cases
  const [soundHash] = asHash.cases
  const join = (one: Case, other: Case | undefined): Case => ({ ...one, given: { ...other?.given, ...one.given } })
  return {
    words,
    title: `${path} has the owner, mode and content it was found with`,
    found: `${found}, sha256 ${digest}`,
    clause: { all: [asFile.clause, asHash.clause] },
    cases: [
      ...asFile.cases.map((each) => join(each, soundHash)),
      ...asHash.cases.filter(({ name }) => name === 'another sha256').map((each) => join(each, soundFile)),
    ],
  }
}
