// Delivers a ledger to a webhook, and adds to it all the while unless told to drain it:
//   node bench/soak/delivery-worker.ts DATABASE URL SEED load|drain
import { writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Dispatcher } from '../../src/delivery/dispatcher.ts'
import { webhookSink } from '../../src/delivery/sinks/webhook.ts'
import { openSqlite } from '../../src/state/open-sqlite.ts'
import { SqliteDeliveries } from '../../src/state/sqlite-deliveries.ts'
import { commitReport, reportCheck, WEB_1 } from '../../test/state/fill-store.ts'
import { createRandom } from '../create-random.ts'

const ASSETS = 5
const CHECKS = 4
/** Of the usual pauses after failures: a soak has no time for them. */
const SHARE_OF_PAUSE = 0.01

const [path = '', url = '', seed = '0', mode = 'load'] = process.argv.slice(2)
const random = createRandom(Number(seed))
const store = await openSqlite(path, { clock: Date.now })
const context = { name: 'soak', clock: Date.now, log: () => {} }
const deliveries = new SqliteDeliveries(store.db)
const dispatcher = new Dispatcher({
  sinks: [
    {
      name: 'soak',
      begin: 'start',
      sink: webhookSink.open({ url, timeout: 5 }, context),
      batch: webhookSink.batch,
      policy: () => ({ exclude: [], alarms: [] }),
      format: (event) => event,
    },
  ],
  store: deliveries,
  clock: Date.now,
  random: () => random() * SHARE_OF_PAUSE,
  onTrouble: (_, message) => writeSync(2, `${message}\n`),
})
dispatcher.start()
writeSync(1, 'ready\n')
while (mode === 'load') {
  const uuid = `00000000-0000-4000-8000-${String(Math.floor(random() * ASSETS)).padStart(12, '0')}`
  const checks = Array.from({ length: CHECKS }, (_, n) => reportCheck(`check-${n}`, random() < 0.5 ? 'pass' : 'fail'))
  await commitReport(store, Date.now(), checks, { asset: { ...WEB_1, uuid } })
  dispatcher.wake()
  await sleep(2)
}
for (;;) {
  await dispatcher.settled()
  const { cursor, parked } = await deliveries.sink('soak')
  if (cursor === (await store.head()).sequence && parked.length === 0) break
  await sleep(10)
  dispatcher.wake()
}
await dispatcher.stop()
await store.close()
