// Kills a process that writes the ledger 1,000 times at random moments, and looks each time whether all is well:
//   node bench/soak/kill-ledger.ts [--times N] [--seed N]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { killRounds } from './kill-rounds.ts'

const { values } = parseArgs({
  options: { times: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
})
const folder = mkdtempSync(join(tmpdir(), 'keelson-soak-'))
const started = performance.now()
try {
  const tally = await killRounds({
    folder,
    times: Number(values.times),
    seed: Number(values.seed),
    share: 25,
    onRound: (round) => process.stderr.isTTY && process.stderr.write(`\r\u001b[Kkill ${round + 1}`),
  })
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  const { kills, early, reports, entries, prunes, backups } = tally
  const minutes = (performance.now() - started) / 60_000
  console.log(`killed ${kills} times in ${minutes.toFixed(1)} min, ${early} of them before the database was open`)
  console.log(`acknowledged: ${reports} reports, ${entries} entries, ${prunes} prunes, ${backups} backups`)
  console.log('each time the ledger verified, nothing acknowledged was lost or doubled, nothing dangled')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
