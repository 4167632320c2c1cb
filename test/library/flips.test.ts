import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type FlipFile, flip, isPossible, library } from './flip.ts'
import { STILL_MISSING } from './still-missing.ts'

const topics = readdirSync(new URL('flips', import.meta.url)).map((name) => name.replace(/\.ts$/, ''))
const files = await Promise.all(
  topics.sort().map(async (topic) => ({ topic, ...((await import(`./flips/${topic}.ts`)) as FlipFile) })),
)
const flipped = new Set(files.flatMap(({ FLIPS }) => FLIPS.map(({ check }) => check)))
const explained = new Set(files.flatMap(({ NOT_FLIPPED = {} }) => Object.keys(NOT_FLIPPED)))
const onLinux = library.checks.filter(({ platforms }) => platforms.linux !== undefined).map(({ id }) => id)

for (const { topic, FLIPS } of files) {
  describe.runIf(process.platform === 'linux')(`flipped for real, in ${topic}:`, () => {
    for (const each of FLIPS) {
      const { check, params, system = 'debian', plain, reason } = each
      const how = [system, ...(plain ? ['plain'] : []), ...(params ? [JSON.stringify(params)] : [])].join(', ')
      it.runIf(isPossible(each))(`${check} (${how})`, async () => {
        const { failed, passed } = await flip(each)
        expect([failed.verdict, failed.reason]).toEqual(['fail', expect.stringContaining(reason ?? '')])
        expect([passed.verdict, passed.reason]).toEqual(['pass', null])
      })
    }
  })
}

describe('every Linux check of the library', () => {
  it('is flipped for real, or the reason why it cannot be is given', () => {
    const missing = onLinux.filter((id) => !flipped.has(id) && !explained.has(id) && !STILL_MISSING.includes(id))
    expect(missing).toEqual([])
  })

  it('is not said to be impossible to flip, nor missing, where it is flipped', () => {
    expect([...explained].filter((id) => flipped.has(id))).toEqual([])
    expect(STILL_MISSING.filter((id) => flipped.has(id) || explained.has(id))).toEqual([])
  })

  it('is called what the flips call it', () => {
    expect([...flipped, ...explained, ...STILL_MISSING].filter((id) => !onLinux.includes(id))).toEqual([])
  })
})
