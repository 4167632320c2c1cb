import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { serveEngine } from '../../src/app.ts'
import { ExtensionClient } from '../../src/osquery/client.ts'
import { makeFolder } from '../scenarios/run-checks.ts'

const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n'

describe('the served engine', () => {
  it('gives up a query that never ends, and answers the other clients', async () => {
    const path = join(makeFolder(), 'q.em')
    const served = await serveEngine(path, { queryTimeout: 200 })
    onTestFinished(() => served.close())
    const [greedy, patient] = await Promise.all([ExtensionClient.connect(path), ExtensionClient.connect(path)])
    onTestFinished(() => {
      greedy.close()
      patient.close()
    })
    const endless = greedy.query(ENDLESS)
    await patient.ping()
    expect((await patient.query('SELECT 1 AS n')).rows).toEqual([{ n: '1' }])
    expect((await endless).status).toMatchObject({ code: 1, message: 'the query took too long' })
    expect((await patient.getQueryColumns('SELECT 1 AS n')).rows).toEqual([{ n: 'INTEGER' }])
  })
})
