import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { osqueryCollations, versionFunctions } from '../../src/sql/functions/version.ts'
import { type FunctionsDatabase, openFunctionsDatabase } from './open-functions-database.ts'

const version = fc.string({ unit: fc.constantFrom(...'019abrc.-~^:+ü'), maxLength: 8 })
const names = ['version', 'version_arch', 'version_dpkg', 'version_rhel']

function order(name: string, left: string, right: string): number {
  const collation = osqueryCollations.find((candidate) => candidate.name === name)
  if (!collation) throw new Error(`no collation ${name}`)
  return Math.sign(collation.compare(left, right)) + 0
}

function compare(left: string, right: string, flavour: string): bigint {
  return versionFunctions[0]?.call(left, right, flavour) as bigint
}

describe('version_compare', () => {
  it.each([
    ['4:1.1.0', '4:1.1.0-3', 'arCH', 0n],
    ['1.0.8-4', '1.0.8-6', 'arch', -1n],
    ['1:1.2.13-2', '4.2.1', 'ARCH', 1n],
    ['1.0.0~rc2^2021', '1.0.0', 'RHEL', -1n],
    ['1.1.0~BETA2^1', '1.1.0~CR1', 'RhEl', -1n],
    ['1.0.1.1', '1.0.1^2021', 'rhel', 1n],
    ['1.9.9-1ubuntu2.4', '1.9.9-1ubuntu2.3', 'dpkg', 1n],
  ])('puts %s and %s in order for %s', (left, right, flavour, expected) => {
    expect(compare(left, right, flavour)).toBe(expected)
  })

  it('refuses a flavour that is not text', () => {
    expect(() => versionFunctions[0]?.call('1', '2', null)).toThrow('The optional third parameter is not a string.')
  })

  it('refuses fewer than two versions', () => {
    expect(() => versionFunctions[0]?.call('1')).toThrow('Must provide two version strings to compare.')
  })

  it('agrees with the collation of its flavour', () => {
    fc.assert(
      fc.property(version, version, fc.constantFrom('ARCH', 'DPKG', 'RHEL'), (left, right, flavour) => {
        expect(compare(left, right, flavour)).toBe(BigInt(order(`version_${flavour.toLowerCase()}`, left, right)))
      }),
    )
  })
})

describe('the version collations', () => {
  it.each(names)('turn the order of %s around when the versions change places', (name) => {
    fc.assert(
      fc.property(version, version, (left, right) => {
        expect(order(name, left, right) + order(name, right, left)).toBe(0)
      }),
      { numRuns: 1000 },
    )
  })

  it.each(['version', 'version_dpkg'])('keep %s transitive', (name) => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const sorted = [a, b, c].sort((left, right) => order(name, left, right))
        expect(order(name, sorted[0] ?? '', sorted[2] ?? '')).toBeLessThanOrEqual(0)
        if (order(name, a, b) === 0) expect(order(name, a, c)).toBe(order(name, b, c))
      }),
      { numRuns: 5000 },
    )
  })

  it.each(['version_rhel', 'version_arch'])('go in a circle in %s where osquery does', (name) => {
    expect([order(name, '1.1.5', '1.2~rc'), order(name, '1.2~rc', '1.1'), order(name, '1.1', '1.1.5')]).toEqual([
      -1, -1, -1,
    ])
  })

  it('find RHEL versions equal up to a hyphen, whatever differs before it, as osquery does', () => {
    expect(order('version_rhel', '1.0', '1.5-1')).toBe(0)
    expect(order('version_rhel', '1.9', '1.10')).toBe(1)
  })

  describe('in SQLite', () => {
    let database: FunctionsDatabase
    beforeAll(async () => {
      database = await openFunctionsDatabase()
    })

    it.each([
      "'1:0.0' = '1.0.0' COLLATE version",
      "'2.50^1a' = '2.50~1a' COLLATE version",
      "'1.1' < '1.a' COLLATE version",
      "'1.0.0-2' < '1:0.0.3' COLLATE VERSION",
      "'20.10a' > '20.102' COLLATE version",
      "'8.11' > '8.10.24' COLLATE version",
      "'1.12.1' < '1.13' COLLATE version",
      "'4:2' = '4:2-1' COLLATE version_arch",
      "'41.1-2' < '43alpha+r8+g1de47dbc-1' COLLATE version_arch",
      "'3:0.164.r3095.baee400-4' > '3:0.164.r3081.19856cc-2' COLLATE version_arch",
      "'3.0.2-0ubuntu1.10' > '3.0.2-0ubuntu1.8' COLLATE version_dpkg",
      "'12ubuntu4.2' < '12ubuntu4.3' COLLATE version_dpkg",
      "'1.0.1^2021' < '1.0.1.security1' COLLATE version_rhel",
      "'1.1.0.2021.SP1' < '1.1.0.2021.SP1_CP1' COLLATE version_rhel",
      "'9.11.4-26.P2.el7_9.10' < '32:9.11.4-26.P2.el7_9.13' COLLATE version_rhel",
      "'1.0.0' > '1.0.0~rc2^20210101gf00fabd' COLLATE version_rhel",
    ])('hold %s', (comparison) => {
      expect(database.ask(`SELECT ${comparison}`)).toEqual([1n])
    })
  })
})
