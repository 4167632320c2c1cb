import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { diagnose, openLibrary, openWorkbench } from '../../src/app.ts'
import { type Flags, readConfig } from '../../src/config.ts'
import { SourceError } from '../../src/core/errors.ts'
import { makeFolder } from '../scenarios/run-checks.ts'
import { ONE_PASS, serveQueries, serveStandIn } from '../scenarios/stand-in-osquery.ts'
import { onlyChecks, writeCheck } from '../scenarios/write-checks.ts'

const FILES = { 'a.yaml': writeCheck('one', 'SELECT 1 AS passed') }

async function diagnoseWith(flags: Flags) {
  const config = readConfig({ library: false, checks: [onlyChecks(FILES)[2] as string], ...flags }, {}, makeFolder())
  const library = openLibrary(config)
  return diagnose(config, library, await openWorkbench(config, library))
}

/** An osquery that says who it is, and nothing of its machine. */
async function serveSilent(): Promise<string> {
  const { path } = await serveQueries(async (sql) => {
    if (sql.includes('osquery_info')) return [{ version: '5.23.0', build_distro: 'x' }]
    throw new SourceError('sql', 'the machine is not known')
  })
  return path
}

describe('the doctor', () => {
  it('names the socket that is set before those of osquery, and why it is the one', async () => {
    const { path } = await serveStandIn(async () => [{ c0: ONE_PASS }])
    const { candidates, source, why, problem } = await diagnoseWith({ socket: path })
    expect(candidates[0]).toEqual({ what: `socket ${path}`, state: 'usable', why: 'osquery answers on it' })
    expect(candidates[1]?.what).toMatch(/^socket .*osquery\.em$/)
    expect({ source, why, problem }).toMatchObject({ source: { path }, why: 'its path is set', problem: null })
  })

  it('says that no source can be used only when none could be opened', async () => {
    const path = join(makeFolder(), 'q.em')
    const none = await diagnoseWith({ socket: path })
    expect(none).toMatchObject({ source: null, why: null, problem: `there is no ${path}`, checks: 0 })
    expect(none.candidates[0]).toMatchObject({ what: `socket ${path}`, state: 'absent' })
    const silent = await serveSilent()
    await expect(diagnoseWith({ socket: silent })).rejects.toMatchObject({
      failure: 'sql',
      message: 'the machine is not known',
    })
  })

  it('says why the embedded engine is used, and whether it runs as root', async () => {
    const diagnosis = await diagnoseWith({ source: 'embedded' })
    expect(diagnosis).toMatchObject({
      why: 'source is set to embedded',
      warnings: [],
      asRoot: process.getuid?.() === 0,
    })
  })

  it('does not claim to be root where users have no numbers', async () => {
    const { getuid } = process
    delete process.getuid
    onTestFinished(() => {
      if (getuid) process.getuid = getuid
    })
    const { asRoot, advice } = await diagnoseWith({ source: 'embedded' })
    expect(asRoot).toBeNull()
    expect(advice.join('\n')).not.toContain('Run as root')
  })
})
