import { KeelsonError } from '../../core/errors.ts'
import { askWhere, type DraftKind, type Expectation, expectAbsent, expectPresent } from './draft.ts'

/** A systemd unit, with or without .service, or a Windows service by its short name. */
export const draftService: DraftKind = async (name, probe) => {
  if (probe.platform === 'linux') return draftUnit(name.includes('.') ? name : `${name}.service`, probe)
  if (probe.platform === 'windows') return draftWindows(name, probe)
  throw new KeelsonError('usage', 'osquery does not tell which services of a Mac are running', {
    hint: 'checks add port tells of one that listens',
  })
}

const draftUnit = async (id: string, probe: Parameters<DraftKind>[1]) => {
  const [row] = await askWhere(probe, 'systemd_units', { id })
  if (row?.active_state !== 'active') {
    const where = { id, active_state: 'active' }
    const { clause, cases } = expectAbsent('systemd_units', where, where)
    return {
      words: `service ${id} stopped`,
      title: `${id} is not running`,
      found: `${id} is ${row?.active_state ?? 'not loaded'}`,
      clause,
      cases,
    }
  }
  const isEnabled = row.unit_file_state === 'enabled'
  const expectations: Expectation[] = [
    { column: 'active_state', expect: 'active', found: 'active', otherwise: 'failed' },
    ...(isEnabled ? [{ column: 'unit_file_state', expect: 'enabled', found: 'enabled', otherwise: 'disabled' }] : []),
  ]
  const { clause, cases } = expectPresent('systemd_units', { id }, expectations)
  const title = isEnabled ? `${id} is running and enabled` : `${id} is running`
  return {
    words: `service ${id} running`,
    title,
    found: `${id} is active, ${row.unit_file_state || 'without a unit file'}`,
    clause,
    cases,
  }
}

const draftWindows = async (name: string, probe: Parameters<DraftKind>[1]) => {
  const [row] = await askWhere(probe, 'services', { name })
  if (row?.status !== 'RUNNING') {
    const where = { name, status: 'RUNNING' }
    const { clause, cases } = expectAbsent('services', where, where)
    return {
      words: `service ${name} stopped`,
      title: `${name} is not running`,
      found: `${name} is ${row?.status ?? 'not installed'}`,
      clause,
      cases,
    }
  }
  const start = row.start_type ?? ''
  const expectations: Expectation[] = [
    { column: 'status', expect: 'RUNNING', found: 'RUNNING', otherwise: 'STOPPED' },
    { column: 'start_type', expect: start, found: start, otherwise: 'DISABLED' },
  ]
  const { clause, cases } = expectPresent('services', { name }, expectations)
  return {
    words: `service ${name} running`,
    title: `${name} is running, started by ${start}`,
    found: `${name} is RUNNING, ${start}`,
    clause,
    cases,
  }
}
