// One hundred checks over one table, one by one and batched: over the socket of a served engine, and in scans (Linux):
//   node bench/batching.ts [checks]
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLibrary, openWorkbench } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import type { BatchMember } from '../src/core/assess.ts'
import { Host } from '../src/host/host.ts'
import { createHostTables } from '../src/host/host-tables.ts'
import { openSocketSource } from '../src/osquery/socket-source.ts'
import { planBatches } from '../src/sql/batch.ts'
import { Engine } from '../src/sql/engine.ts'
import { osqueryCollations, osqueryFunctions } from '../src/sql/functions/index.ts'
import { loadSqlite } from '../src/sql/sqlite.ts'
import { median, ms, PROGRAM, printRatio, requireBuild } from './measure.ts'

const RUNS = 3
const count = Number(process.argv[2] ?? 100)

requireBuild()
const folder = mkdtempSync(join(tmpdir(), 'keelson-bench-'))
let served: ChildProcess | undefined
try {
  const socket = join(folder, 'q.em')
  served = spawn(process.execPath, [PROGRAM, 'engine', '--socket', socket], { stdio: ['ignore', 'ignore', 'pipe'] })
  await once(served.stderr as NodeJS.ReadableStream, 'data')
  const source = await openSocketSource(socket)
  // A machine without dpkg has other things to list.
  const [packages] = await source.query('SELECT count(*) AS n FROM deb_packages').catch(() => [{ n: '0' }])
  const table = Number(packages?.n) > 0 ? 'deb_packages' : 'processes'
  const [size] = await source.query(`SELECT count(*) AS n FROM ${table}`)
  console.log(`${count} checks over ${table} (${size?.n} rows)`)

  const members = await compileChecks(table)
  const single = members.map(({ leaf }) => `SELECT (\n${leaf.sql}\n) AS c0`)
  const batched = planBatches(members).map(({ sql }) => sql)

  const timeOf = async (statements: readonly string[]): Promise<number> => {
    const times: number[] = []
    for (let i = 0; i < RUNS; i++) {
      const started = performance.now()
      for (const sql of statements) await source.query(sql)
      times.push(performance.now() - started)
    }
    return median(times)
  }
  const [one, all] = [await timeOf(single), await timeOf(batched)]
  await source.close()
  console.log(`time over the socket: one by one ${ms(one)}, batched ${ms(all)} (median of ${RUNS})`)
  printRatio(one / all, 'at least 10× in time')

  const engine = new Engine(await loadSqlite(), {
    tables: createHostTables(new Host(), { tableNames: () => [], plain: false }),
    functions: osqueryFunctions,
    collations: osqueryCollations,
  })
  const scansOf = (statements: readonly string[]): number => {
    const before = engine.scans
    for (const sql of statements) engine.query(sql)
    return engine.scans - before
  }
  const [scans, shared] = [scansOf(single), scansOf(batched)]
  console.log(`scans: one by one ${scans} in ${single.length} statements, batched ${shared} in ${batched.length}`)
  printRatio(scans / shared, 'at least 10× in scans')
} finally {
  served?.kill('SIGTERM')
  if (served) await once(served, 'exit')
  rmSync(folder, { recursive: true, force: true })
}

async function compileChecks(table: string): Promise<BatchMember[]> {
  const checks = Array.from({ length: count }, (_, n) => {
    const letter = String.fromCharCode(97 + (n % 26))
    const sql = `SELECT count(*) < 100000 AS passed, count(*) AS found FROM ${table} WHERE name LIKE '%${letter}${n % 10}%'`
    return `id: check-${n}\ntitle: Check ${n}\nseverity: low\nplatforms: { linux: { sql: "${sql}" } }\n`
  })
  writeFileSync(join(folder, 'checks.yaml'), checks.join('---\n'))
  const config = readConfig({ library: false, checks: [folder] }, {}, folder)
  const library = openLibrary(config)
  const workbench = await openWorkbench(config, library)
  return library.checks.flatMap((check, index) =>
    workbench.compile(check, 'linux').leaves.map((leaf) => ({ check: index, leaf })),
  )
}
