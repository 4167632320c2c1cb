import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { makeFolder, PROGRAM, runChecks } from './run-checks.ts'
import { writeChecks } from './write-checks.ts'

const CHECKS = { one: 'SELECT 1 AS passed', two: 'SELECT 0 AS passed' }

function makePlace() {
  const folder = makeFolder()
  const state = join(folder, 'state.db')
  const flags = [...writeChecks(CHECKS), '--state', state]
  return {
    folder,
    state,
    run: () => runChecks(['run', ...flags]),
    flags,
    ask: (...args: string[]) => runChecks([...args, '--state', state]),
  }
}

/** Fills all but the first page with nonsense, as a dying disk may. */
function damage(path: string): void {
  const file = openSync(path, 'r+')
  const { size } = statSync(path)
  writeSync(file, Buffer.alloc(size - 4096, 0xa5), 0, size - 4096, 4096)
  closeSync(file)
}

describe('a state that is damaged', () => {
  it('is kept aside, told of, and begun anew with an entry that says so', async () => {
    const { folder, state, run, ask } = makePlace()
    await run()
    damage(state)
    const read = await ask('events')
    expect([read.code, read.stdout]).toEqual([3, ''])
    expect(read.stderr).toMatch(/the state at .* damaged.*\n {2}hint: /)
    const again = await run()
    expect(again.stderr).toMatch(/is damaged; it is kept as .*state\.db\.damaged-.*a new one was begun/)
    expect([again.code, again.stdout.includes('State: first run here')]).toEqual([1, true])
    expect(readdirSync(folder).filter((name) => /^state\.db\.damaged-[^.]*$/.test(name))).toHaveLength(1)
    expect((await ask('events')).stdout).toMatch(/WARNING.*the ledger begins.*damaged/)
    expect((await ask('ledger', 'verify')).code).toBe(0)
  })

  it('is replaced by the newest sound backup', async () => {
    const { state, run, ask } = makePlace()
    await run()
    expect((await ask('backup')).code).toBe(0)
    damage(state)
    const again = await run()
    expect(again.stderr).toMatch(/the backup .* has taken its place/)
    expect(again.stdout).toMatch(/Since: {4}\d{4}/)
    expect((await ask('ledger', 'verify')).code).toBe(0)
  })
})

describe('a state of a newer Keelson', () => {
  it('is refused, and left as it is byte for byte', async () => {
    const { state, run, ask } = makePlace()
    await run()
    const db = new Database(state)
    db.pragma('user_version = 999')
    db.pragma('wal_checkpoint(TRUNCATE)')
    db.close()
    const before = readFileSync(state)
    for (const ran of [await run(), await ask('status'), await ask('ledger', 'verify')]) {
      expect([ran.code, ran.stdout]).toEqual([3, ''])
      expect(ran.stderr).toMatch(/was written by a newer Keelson .*\n {2}hint: update Keelson/)
    }
    expect(readFileSync(state)).toEqual(before)
  })
})

// A disk of our own that is small enough to fill; only root may make one.
const canMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0

describe.runIf(canMount)('a full disk', () => {
  it('loses nothing that was recorded, and the run that could not be says so after it has shown what it found', () => {
    const disk = makeFolder()
    const checks = writeChecks(CHECKS)
    const program = [process.execPath, PROGRAM]
    // One shell, since the disk is there for its processes only.
    const script = `
      mount -t tmpfs -o size=800k tmpfs ${disk} || exit 9
      run() { "$@" run ${checks.join(' ')} --source embedded --state ${disk}/state.db; echo "code $?"; }
      run "$@"
      dd if=/dev/zero of=${disk}/filler bs=1k 2>/dev/null
      run "$@"
      # Room enough to begin, not to end.
      truncate -s -40960 ${disk}/filler
      sed -i 's/SELECT 0/SELECT 1/' ${checks.at(-1)}/checks.yaml
      run "$@"
      rm ${disk}/filler
      "$@" ledger verify --state ${disk}/state.db
      run "$@"
      "$@" ledger verify --state ${disk}/state.db`
    const { stdout, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', ...program], { encoding: 'utf8' })
    const [first, full, half, after] = stdout.split(/code \d\n/)
    expect(stdout.match(/code \d/g)).toEqual(['code 1', 'code 3', 'code 3', 'code 0'])
    expect(first).toContain('State: first run here')
    expect(full).toBe('')
    expect(half).toContain('2 checks in')
    expect(stderr.match(/^checks: the state at .*: the disk is full.*\n {2}hint: make room/gm)).toHaveLength(2)
    expect(after).toMatch(/^Sound[\s\S]*Changed since[\s\S]*Was: {6}fail/)
    expect(stdout.match(/^Sound/gm)).toHaveLength(2)
  })
})

describe('a folder that may not be written', () => {
  it('is named with what to do, before anything is judged', async () => {
    const folder = makeFolder()
    mkdirSync(join(folder, 'a'))
    writeFileSync(join(folder, 'a', 'file'), '')
    const ran = await runChecks(['run', ...writeChecks(CHECKS), '--state', '/proc/keelson/state.db'])
    expect([ran.code, ran.stdout]).toEqual([3, ''])
    expect(ran.stderr).toMatch(
      /the state cannot be kept at \/proc\/keelson\/state\.db.*: .*\n {2}hint: choose another place/,
    )
  })
})
