import { describe, expect, it } from 'vitest'
import { openFrameworks } from '../../src/app/frameworks/index.ts'
import { openLibrary } from '../../src/app/library.ts'
import { makeConfig } from '../../src/config.ts'
import { type Framework, referenceOf } from '../../src/core/framework.ts'
import { indexFrameworks, indexProfiles, resolveProfile } from '../../src/core/profile.ts'

const config = makeConfig({})
const library = openLibrary(config)
const { frameworks, profiles, diagnostics } = openFrameworks(config, library)
const byReference = indexFrameworks(frameworks)
const askedOf = ({ requirements }: Framework) => requirements.filter(({ heading }) => !heading)

describe('the frameworks that ship', () => {
  it('are without a problem, and name only checks of the library', () => {
    expect(diagnostics.map(({ place, message }) => `${place.file}:${place.line}: ${message}`)).toEqual([])
  })

  it.each([
    ['nist-800-53@5', 1014],
    ['nist-800-171@2', 110],
    ['nist-800-171@3', 97],
    ['nist-csf@2.0', 106],
    ['cis-controls@8.1', 153],
    ['essential-eight@2023', 8],
  ])('hold all of %s: %i requirements', (reference, count) => {
    const framework = byReference.get(reference)!
    expect(askedOf(framework)).toHaveLength(count)
    expect(framework.partial).toBeUndefined()
  })

  it('hold each family of NIST SP 800-53 whole', () => {
    const requirements = askedOf(byReference.get('nist-800-53@5')!)
    const counts: Record<string, string> = {}
    for (const family of new Set(requirements.map(({ id }) => id.slice(0, 2)))) {
      const own = requirements.filter(({ id }) => id.startsWith(family))
      const controls = own.filter(({ id }) => !id.includes('.'))
      counts[family] = `${controls.length} + ${own.length - controls.length}`
    }
    expect(counts).toEqual({
      ac: '23 + 108',
      at: '5 + 10',
      au: '15 + 41',
      ca: '8 + 17',
      cm: '14 + 42',
      cp: '12 + 37',
      ia: '13 + 46',
      ir: '9 + 31',
      ma: '7 + 21',
      mp: '8 + 12',
      pe: '22 + 29',
      pl: '8 + 3',
      pm: '32 + 5',
      ps: '9 + 8',
      pt: '8 + 13',
      ra: '9 + 13',
      sa: '17 + 91',
      sc: '47 + 92',
      si: '22 + 80',
      sr: '12 + 15',
    })
  })

  it.each(['iso-27001@2022', 'soc-2@2017', 'pci-dss@4.0.1', 'hipaa-security-rule@2013'])(
    'say that %s is partial',
    (reference) => {
      expect(byReference.get(reference)?.partial).toMatch(/^only /)
    },
  )

  it('show no title of a text that may not be shown', () => {
    const closed = frameworks.filter(({ id }) => /^(?:cis-|iso-|soc-|pci-)/.test(id))
    expect(closed.length).toBeGreaterThan(4)
    const titled = closed.flatMap((framework) => askedOf(framework).filter(({ title }) => title !== undefined))
    expect(titled).toEqual([])
  })

  it('say where each list comes from, with an address', () => {
    const without = frameworks.filter(({ source }) => !source.some((each) => each.includes('https://')))
    expect(without.map(referenceOf)).toEqual([])
  })
})

describe('the profiles that ship', () => {
  it.each(profiles.map(({ id }) => id))('%s comes to checks', (id) => {
    const world = { profiles: indexProfiles(profiles), frameworks: byReference, checks: library.checks }
    const { checks } = resolveProfile(indexProfiles(profiles).get(id)!, world)
    expect(checks.length).toBeGreaterThan(10)
  })
})
