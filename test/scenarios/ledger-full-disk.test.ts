import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fillLedger } from '../state/sample-ledger.ts'
import { makeFolder, PROGRAM } from './run-checks.ts'

// A disk of our own that is small enough to fill; only root may make one.
const canMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0

/** Runs `commands` where $STATE stands on a disk with this many kilobytes of room beside it; `checks` is the program. */
async function onFullDisk(room: number, commands: string) {
  const state = await fillLedger(400)
  const disk = makeFolder()
  const script = `
    size=$(du -k ${state} | cut -f1)
    mount -t tmpfs -o size=$((size + ${room}))k tmpfs ${disk} || exit 9
    cp ${state} ${disk}/state.db; cp ${state} ${disk}/../backup-$$.db
    export STATE=${disk}/state.db BACKUP=${disk}/../backup-$$.db
    checks() { command="$1"; shift; ${process.execPath} ${PROGRAM} $command --state $STATE "$@"; echo "code $?"; }
    ${commands}
    rm $BACKUP
    # Where there is no room at all, SQLite cannot even open a log.
    umount -l ${disk} 2>/dev/null; true`
  const { stdout, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', script], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: makeFolder() },
  })
  return { codes: stdout.match(/code \d/g)?.map((line) => Number(line.slice(5))) ?? [], stdout, stderr }
}

describe.runIf(canMount)('on a full disk', () => {
  it('a backup, an archive and a restore that have no room leave nothing behind and the state as it was', async () => {
    const { codes, stdout, stderr } = await onFullDisk(
      200,
      `checks backup; checks "ledger archive ${join('$(dirname $STATE)', 'a.gz')}"; checks "restore $BACKUP"
       checks "ledger verify"; ls -R $(dirname $STATE)`,
    )
    expect(codes, stdout + stderr).toEqual([3, 0, 3, 0])
    expect(stderr.match(/the disk is full/g)).toHaveLength(2)
    expect(stdout).toMatch(/Sound: nothing was changed/)
    expect(stdout.match(/unfinished|before-restore/g)).toBeNull()
  })

  it('pruning and erasing say that there is no room, and the ledger is sound', async () => {
    const { codes, stdout, stderr } = await onFullDisk(
      100,
      `dd if=/dev/zero of=$(dirname $STATE)/filler bs=1k 2>/dev/null
       checks "ledger prune --yes --before 2026-03-10"; checks "ledger erase --asset web-1 --yes"
       rm $(dirname $STATE)/filler
       checks "ledger prune --yes --before 2026-03-10"; checks "ledger erase --asset web-1 --yes"; checks "ledger verify"`,
    )
    expect(codes, stdout + stderr).toEqual([3, 3, 3, 3, 0])
    expect(stderr.match(/the disk is full .*\n {2}hint: make room/g)).toHaveLength(4)
    expect(stdout).toContain('801 entries of ledger')
  })

  it('an erasure needs no more room than what it writes anew', async () => {
    const { codes, stdout, stderr } = await onFullDisk(
      1100,
      `checks "ledger erase --asset web-1 --yes"; checks "ledger verify"
       cat $STATE* | grep -c 4e8924a8-31ff-4895-8956-92879b8c617e`,
    )
    expect(codes, stdout + stderr).toEqual([0, 0])
    expect(stdout).toMatch(/\n0\n$/)
  })
})
