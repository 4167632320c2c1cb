import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { WEB_1 } from '../state/fill-store.ts'
import { fillLedger, tamper } from '../state/sample-ledger.ts'
import { makeFolder, PROGRAM, runChecks } from './run-checks.ts'

const HOURS = 30
const ENTRIES = 1 + 2 + 2 * (HOURS - 1)

/** A state of two machines, and commands that are run on it. */
async function makePlace() {
  const folder = makeFolder()
  const state = await fillLedger(HOURS, join(folder, 'state.db'))
  const run = (...args: string[]) => runChecks([...args, '--state', state])
  return { folder, state, run, file: (name: string) => join(folder, name) }
}

describe('checks ledger verify', () => {
  it('says that a ledger is sound, for people and for programs', async () => {
    const { run } = await makePlace()
    const ran = await run('ledger', 'verify')
    expect([ran.code, ran.stderr]).toEqual([0, ''])
    expect(ran.stdout).toMatch(
      /^Sound: nothing was changed since it was recorded\n {2}61 entries of ledger [\w-]{36}\n/,
    )
    const json = JSON.parse((await run('ledger', 'verify', '--format', 'json')).stdout)
    expect(json).toMatchObject({ entries: ENTRIES, pruned: 0, problems: [], problemCount: 0, checkpoint: null })
  })

  it('fails with what was changed', async () => {
    const { run, state } = await makePlace()
    tamper(state, `UPDATE payload SET body = replace(body, 'pass', 'fail') WHERE sequence = 9`)
    const ran = await run('ledger', 'verify')
    expect(ran.code).toBe(1)
    expect(ran.stdout).toMatch(/^NOT SOUND: 1 problem\n {2}entry 9: its payload is not the one that was recorded\n/)
    const json = await run('ledger', 'verify', '--format', 'json')
    expect([json.code, JSON.parse(json.stdout).problems]).toEqual([
      1,
      [{ sequence: 9, problem: 'its payload is not the one that was recorded' }],
    ])
  })

  it('needs a state, and makes none', async () => {
    const state = join(makeFolder(), 'none.db')
    const ran = await runChecks(['ledger', 'verify', '--state', state])
    expect([ran.code, ran.stdout]).toEqual([3, ''])
    expect(ran.stderr).toMatch(/there is no state at .*\n {2}hint: /)
    expect(existsSync(state)).toBe(false)
  })

  it('reads a damaged state for nobody, and says what mends it', async () => {
    const { run, state } = await makePlace()
    writeFileSync(state, 'x'.repeat(10_000))
    const ran = await run('ledger', 'verify')
    expect(ran.code).toBe(3)
    expect(ran.stderr).toMatch(/the database is damaged .*\n {2}hint: checks run puts the newest backup in its place/)
  })
})

describe('a file that is no state', () => {
  it('is told from a damaged one', async () => {
    const file = join(makeFolder(), 'notes.txt')
    writeFileSync(file, 'x'.repeat(10_000), { mode: 0o644 })
    for (const command of [['status'], ['ledger', 'verify'], ['backup']]) {
      const ran = await runChecks([...command, '--state', file])
      expect([ran.code, ran.stdout]).toEqual([3, ''])
      expect(ran.stderr).toMatch(/notes\.txt is not a state, and is not touched\n/)
    }
  })
})

describe('checkpoints', () => {
  it('are signed JSON; the ledger is held against one later', async () => {
    const { run, file, state } = await makePlace()
    expect((await run('ledger', 'checkpoint', '--out', file('cp.json'))).stdout).toBe(
      `wrote ${file('cp.json')}: the ledger up to entry ${ENTRIES}\n`,
    )
    const printed = JSON.parse((await run('ledger', 'checkpoint')).stdout)
    const written = JSON.parse(readFileSync(file('cp.json'), 'utf8'))
    expect(Object.keys(printed)).toEqual(Object.keys(written))
    expect(printed).toMatchObject({ sequence: ENTRIES, hash: written.hash, key: written.key })
    const ran = await run('ledger', 'verify', '--against', file('cp.json'))
    expect([ran.code, ran.stdout]).toEqual([0, expect.stringMatching(/compared with the checkpoint of .* at entry 61/)])
    // One that is written again replaces the one before.
    expect((await run('ledger', 'checkpoint', '--out', file('cp.json'))).code).toBe(0)
    tamper(state, 'UPDATE asset SET sequence = sequence - 1 WHERE id = 2')
    tamper(state, 'DELETE FROM payload WHERE sequence = 61', 'DELETE FROM entry WHERE sequence = 61')
    tamper(state, 'UPDATE check_state SET entry = 59 WHERE entry = 61')
    const cut = await run('ledger', 'verify', '--against', file('cp.json'))
    expect(cut.code).toBe(1)
    expect(cut.stdout).toMatch(/^NOT SOUND: .*\n {2}the ledger ends at entry 60, and on .* it had 61: it was cut short/)
  })

  it('are refused when they are not what was signed', async () => {
    const { run, file } = await makePlace()
    await run('ledger', 'checkpoint', '--out', file('cp.json'))
    writeFileSync(file('cp.json'), readFileSync(file('cp.json'), 'utf8').replace('"sequence": 61', '"sequence": 60'))
    const ran = await run('ledger', 'verify', '--against', file('cp.json'))
    expect([ran.code, ran.stderr]).toEqual([3, expect.stringMatching(/signature of .*cp\.json is wrong: the file was/)])
    expect((await run('ledger', 'verify', '--against', file('none'))).code).toBe(3)
    expect((await run('ledger', 'verify', '--against', 'a', '--archive', 'b')).code).toBe(3)
  })

  it('tell of an older backup that was put in place', async () => {
    const { run, file, state } = await makePlace()
    copyFileSync(state, file('old.db'))
    await run('ledger', 'compact')
    await run('ledger', 'prune', '--yes', '--before', '2026-03-01T20:00Z')
    await run('ledger', 'checkpoint', '--out', file('cp.json'))
    const restored = await run('restore', file('old.db'))
    expect(restored.stdout).toMatch(/the ledger up to entry 61\nwhat was there is kept as .*\n1 later entry is in that/)
    const ran = await run('ledger', 'verify', '--against', file('cp.json'))
    expect(ran.code).toBe(1)
    expect(ran.stdout).toContain('is not what it was')
    expect(ran.stdout).toContain('it was restored from an older backup at entry 62')
  })

  it('tell when the key is another one', async () => {
    const { run, file, state } = await makePlace()
    await run('ledger', 'checkpoint', '--out', file('cp.json'))
    writeFileSync(`${state}.key`, '')
    expect((await run('ledger', 'checkpoint')).stderr).toMatch(/the key .* cannot be used/)
    rmSync(`${state}.key`)
    await run('ledger', 'checkpoint')
    const ran = await run('ledger', 'verify', '--against', file('cp.json'))
    expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining('signed with another key')])
  })
})

describe('archiving, then pruning', () => {
  it('keeps in a file what goes from the ledger', async () => {
    const { run, file } = await makePlace()
    const before = '2026-03-01T20:30:00Z'
    const archived = await run('ledger', 'archive', file('a.gz'), '--before', before)
    expect(archived.stdout).toMatch(/^wrote .*a\.gz: entries 1 to 43\n$/)
    expect((await run('ledger', 'archive', file('a.gz'))).stderr).toMatch(/exists, and is not replaced\n {2}hint: /)
    const pruned = await run('ledger', 'prune', '--yes', '--before', before)
    expect([pruned.code, pruned.stdout]).toEqual([0, 'removed 38 payloads and 0 gaps\n'])
    expect((await run('ledger', 'verify')).stdout).toContain('of 38 only the place in the chain is left')
    const verified = await run('ledger', 'verify', '--archive', file('a.gz'))
    expect([verified.code, verified.stdout]).toEqual([
      0,
      expect.stringMatching(/^Sound: the archive is whole\n[\s\S]*compared with the ledger it was taken from/),
    ])
    const elsewhere = await runChecks(['ledger', 'verify', '--archive', file('a.gz')])
    expect([elsewhere.code, elsewhere.stdout]).toEqual([0, expect.stringContaining('is not here to compare it with')])
    const next = await run('ledger', 'archive', file('b.gz'), '--after', '43')
    expect(next.stdout).toMatch(/entries 44 to 62/)
  })

  it.each([
    [['prune', '--before', '2026-03-01'], /nobody can be asked .* nothing was removed/],
    [['prune'], /required option '--before/],
    [['prune', '--before', 'yesterday'], /--before yesterday is no time\n {2}hint: .*90d/],
    [['prune', '--before', '2126-01-01'], /--before 2126-01-01 is in the future/],
    [['archive', 'x.gz', '--before', '90'], /--before 90 is no time/],
    [['archive', 'x.gz', '--before', '2000-01-01'], /no such entries, so nothing was archived/],
    [['archive', 'x.gz', '--after', 'x'], /--after x is no entry's number/],
    [['archive', 'x.gz', '--after', '61'], /no such entries/],
    [['verify', '--archive', 'none.gz'], /none\.gz is no archive of a ledger/],
    [['verify', '--format', 'xml'], /--format may be text, json/],
    [['erase'], /required option '--asset/],
    [['erase', '--asset', 'web-9', '--yes'], /no asset is called web-9/],
    [['erase', '--asset', 'web-1'], /nothing was removed\n {2}hint: add --yes/],
  ])('is refused when it is not understood: %j', async (args, message) => {
    const { run } = await makePlace()
    const ran = await run('ledger', ...args)
    expect([ran.code, ran.stdout]).toEqual([3, ''])
    expect(ran.stderr).toMatch(message)
    expect((await run('ledger', 'verify', '--format', 'json')).stdout).toContain(`"entries": ${ENTRIES}`)
  })
})

describe('checks ledger erase', () => {
  it('takes a machine out of everything but the chain, and names the copies that still know it', async () => {
    const { run, folder } = await makePlace()
    await run('backup')
    const ran = await run('ledger', 'erase', '--asset', 'web-1', '--yes')
    expect([ran.code, ran.stdout]).toEqual([0, 'erased web-1: 30 payloads\n'])
    expect(ran.stderr).toMatch(/these copies, and archives, may still know it.*\n.*backups\/state-\w+\.db\n$/)
    expect((await run('ledger', 'verify')).code).toBe(0)
    for (const name of readdirSync(folder).filter((name) => name.startsWith('state.db'))) {
      expect(readFileSync(join(folder, name)).includes(WEB_1.uuid), name).toBe(false)
    }
    expect((await run('status', '--asset', WEB_1.uuid)).code).toBe(3)
  })
})

describe.runIf(existsSync('/usr/bin/script'))('at a terminal', () => {
  it('what cannot be undone is asked about first', async () => {
    const { state } = await makePlace()
    const answer = (keys: string, command: string) => {
      const line = `'${process.execPath}' '${PROGRAM}' ledger ${command} --state '${state}'`
      const { stdout } = spawnSync('/usr/bin/script', ['-eqc', line, '/dev/null'], { input: keys, encoding: 'utf8' })
      return stdout
    }
    expect(answer('n\n', 'erase --asset web-1')).toMatch(
      /Erase all that is known of web-1 .*\[y\/N\][\s\S]*nothing was changed/,
    )
    expect(answer('\n', 'prune --before 2026-03-02')).toMatch(/gone for good\. \[y\/N\][\s\S]*nothing was changed/)
    expect(answer('y\n', 'prune --before 2026-03-02')).toMatch(/removed \d+ payloads/)
    expect(answer('yes\n', 'erase --asset web-1')).toMatch(/erased web-1: \d+ payloads/)
    expect(answer('', 'erase --asset web-2 --yes')).not.toContain('[y/N]')
  })
})

describe('backups', () => {
  it('are made beside the state, kept so many, and restored', async () => {
    const { run, folder, file } = await makePlace()
    for (let n = 0; n < 3; n++) expect((await run('backup', '--keep', '2')).code).toBe(0)
    const names = readdirSync(join(folder, 'backups'))
    expect(names).toHaveLength(2)
    const named = await run('backup', file('copy.db'))
    expect(named.stdout).toBe(`wrote ${file('copy.db')}: the ledger up to entry 61\n`)
    expect(statSync(file('copy.db')).mode & 0o777).toBe(0o600)
    expect((await run('backup', file('copy.db'))).stderr).toMatch(/exists, and is not replaced/)
    expect((await run('backup', '--keep', '0')).stderr).toMatch(/--keep 0 is no number of backups/)
    const ran = await run('restore', file('copy.db'))
    expect([ran.code, ran.stderr]).toEqual([0, ''])
    expect(ran.stdout).toMatch(/^restored .*: the ledger up to entry 61\nwhat was there is kept as .*\.before-restore-/)
    expect((await run('events', '--action', 'LEDGER_RESTORED', '--format', 'json')).stdout).toContain('copy.db')
    expect((await run('ledger', 'verify')).code).toBe(0)
  })

  it('are refused when they are none, and nothing is changed', async () => {
    const { run, file, state } = await makePlace()
    const before = readFileSync(state)
    writeFileSync(file('notes'), 'some notes')
    for (const name of ['notes', 'none', 'state.db']) {
      const ran = await run('restore', file(name))
      expect([ran.code, ran.stdout]).toEqual([3, ''])
      expect(ran.stderr).toMatch(/^checks: .*\n {2}hint: /)
    }
    expect(readFileSync(state).equals(before)).toBe(true)
  })

  it('need a state to be switched on', async () => {
    const ran = await runChecks(['restore', 'x'], { env: { KEELSON_STATE: 'none' } })
    expect([ran.code, ran.stderr]).toEqual([
      3,
      expect.stringMatching(/there is no state to restore: it is switched off/),
    ])
  })
})
