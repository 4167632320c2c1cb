import type { Platform } from '../../core/check.ts'
import type { YamlMapping } from '../../formats/yaml.ts'
import {
  askWhere,
  type DraftKind,
  type Expectation,
  expectAbsent,
  expectPresent,
  type Probe,
  type Row,
} from './draft.ts'

interface PackageTable {
  readonly table: string
  readonly version: string
  /** Of Debian's, whether it is installed rather than removed with its configuration kept. */
  readonly status?: string
}

const DEBIAN: PackageTable = { table: 'deb_packages', version: 'version', status: 'install ok installed' }
const TABLES: Readonly<Record<Exclude<Platform, 'linux'>, PackageTable>> = {
  darwin: { table: 'apps', version: 'bundle_short_version' },
  windows: { table: 'programs', version: 'version' },
}

/** A package of the system; on a Mac an application such as Firefox.app, on Windows a program by its full name. */
export const draftPackage: DraftKind = async (name, probe, { atLeast }) => {
  const { table, version, status } = await chooseTable(probe)
  const rows = await askWhere(probe, table, { name })
  const row = rows.find((each) => status === undefined || each.status?.endsWith(' ok installed'))
  const installed: Row = status === undefined ? {} : { status }
  if (!row) {
    const where: YamlMapping = status === undefined ? { name } : { name, status: { like: '% ok installed' } }
    const { clause, cases } = expectAbsent(table, where, { name, ...installed })
    return {
      words: `package ${name} absent`,
      title: `${name} is not installed`,
      found: `${name} is not installed`,
      clause,
      cases,
    }
  }
  const found = row[version] ?? ''
  const expectations: Expectation[] = [
    ...(status === undefined
      ? []
      : [
          {
            column: 'status',
            expect: { like: '% ok installed' },
            found: row.status ?? '',
            otherwise: 'deinstall ok config-files',
          },
        ]),
    ...(atLeast ? [{ column: version, expect: { version_ge: found }, found, otherwise: '0' }] : []),
  ]
  const { clause, cases } = expectPresent(table, { name }, expectations, false)
  const title = atLeast ? `${name} is installed, in version ${found} or later` : `${name} is installed`
  return { words: `package ${name} installed`, title, found: `${name} ${found} is installed`, clause, cases }
}

async function chooseTable(probe: Probe): Promise<PackageTable> {
  if (probe.platform !== 'linux') return TABLES[probe.platform]
  const [rpm] = await probe.ask('SELECT 1 AS found FROM rpm_packages LIMIT 1').catch(() => [])
  if (!rpm) return DEBIAN
  const [deb] = await probe.ask('SELECT 1 AS found FROM deb_packages LIMIT 1').catch(() => [])
  return deb ? DEBIAN : { table: 'rpm_packages', version: 'version' }
}
