import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import type { SqliteStore } from '../../src/state/sqlite-store.ts'
import { commitReport, HOUR, openStore, reportCheck, WEB_1, WEB_2 } from './fill-store.ts'

export const START = Date.parse('2026-03-01T00:00:00Z')

/** A folder for one test. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-state-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/**
 * A state of two machines that report two checks every hour: `flips` fails in every other one, `steady` never does. Two
 * entries begin the ledger for each machine, and each hour adds one.
 */
export async function fillLedger(hours: number, path = join(makeFolder(), 'state.db')): Promise<string> {
  const { store, clock } = await openStore(path, START)
  for (let hour = 0; hour < hours; hour++) {
    clock.now = START + hour * HOUR
    await reportHour(store, hour)
  }
  await store.close()
  return path
}

/** What both machines report in an hour. */
export async function reportHour(store: SqliteStore, hour: number): Promise<void> {
  const checks = [reportCheck('flips', hour % 2 ? 'fail' : 'pass'), reportCheck('steady')]
  for (const asset of [WEB_1, WEB_2]) await commitReport(store, START + hour * HOUR, checks, { asset })
}

/** Changes a database as its owner could. */
export function tamper(path: string, ...statements: string[]): void {
  const db = new Database(path)
  for (const statement of statements) db.exec(statement)
  db.close()
}

/** One value of a database. */
export function ask<Value>(path: string, sql: string): Value {
  const db = new Database(path, { readonly: true })
  try {
    return db.prepare<[], Value>(sql).pluck().get() as Value
  } finally {
    db.close()
  }
}
