// node write-reports.ts STATE WRITING: commits reports whose verdict changes each time; see start-writer.ts.
import { openSqlite } from '../../src/state/open-sqlite.ts'
import { commitReport, reportCheck, WEB_1 } from './fill-store.ts'
import type { Writing } from './start-writer.ts'

const [path = '', text = '{}'] = process.argv.slice(2)
const { asset, count, id } = JSON.parse(text) as Writing
const start = Date.UTC(2026, 2, 4, 12)
const store = await openSqlite(path, { clock: () => start })
for (let n = 0; n < count; n++) {
  const check = reportCheck(id, n % 2 === 0 ? 'pass' : 'fail')
  await commitReport(store, start + n * 1000, [check], { asset: { ...WEB_1, uuid: asset } })
}
await store.close()
