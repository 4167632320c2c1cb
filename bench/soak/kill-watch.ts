// Kills a process that delivers events 500 times at random moments, under load, while the receiver fails half of its
// requests; then looks whether every event came, in order for each asset, and under one UUID:
//   node bench/soak/kill-watch.ts [--times N] [--seed N]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { deliveryRounds } from './delivery-rounds.ts'

const { values } = parseArgs({
  options: { times: { type: 'string', default: '500' }, seed: { type: 'string', default: '1' } },
})
const folder = mkdtempSync(join(tmpdir(), 'keelson-soak-'))
const started = performance.now()
try {
  const { kills, entries, requests, failed, repeated } = await deliveryRounds({
    folder,
    times: Number(values.times),
    seed: Number(values.seed),
    onRound: (round) => process.stderr.isTTY && process.stderr.write(`\r\u001b[Kkill ${round + 1}`),
  })
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  const minutes = (performance.now() - started) / 60_000
  console.log(`killed ${kills} times in ${minutes.toFixed(1)} min, while ${failed} of ${requests} requests failed`)
  console.log(
    `${entries} entries: none is missing, all in order for each asset; ${repeated} came again, as what they were`,
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
