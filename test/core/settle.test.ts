import { describe, expect, it } from 'vitest'
import { assess } from '../../src/core/assess.ts'
import { settle } from '../../src/core/settle.ts'
import { planBatches } from '../../src/sql/batch.ts'
import { compile, openRowsEngine, toSource, type Written } from '../sql/build-check.ts'

const ENGINE = openRowsEngine({ users: [{ uid: 0 }], groups: [{ gid: 0 }], etc_hosts: [] })
const users: Written = { title: 'users', sql: 'SELECT uid = 0 AS passed FROM users' }
const groups: Written = { title: 'groups', sql: 'SELECT gid = 0 AS passed FROM groups' }
const hosts: Written = { title: 'hosts', sql: 'SELECT 1 AS passed FROM etc_hosts', ifEmpty: 'warn' }
const crontab: Written = { title: 'crontab', sql: 'SELECT 1 AS passed FROM crontab' }

/** The clauses of a check that are asked where there are these tables. */
function asked(written: Written, ...tables: string[]): string[] {
  return settle(compile(written), new Set(tables)).leaves.map(({ title }) => title)
}

async function answer(written: Written, ...tables: string[]) {
  const source = toSource(ENGINE)
  const options = { plan: (members: Parameters<typeof planBatches>[0]) => planBatches(members), timeout: 1000 }
  const [judgement] = await assess(source, [compile(written)], { ...options, tables: new Set(tables) })
  return { ...judgement, sent: source.sent.join() }
}

describe('first', () => {
  it('asks the first clause whose tables are there, and no other', async () => {
    const { verdict, leaves, sent } = await answer({ first: [users, hosts, groups] }, 'etc_hosts', 'groups')
    expect(verdict).toBe('warn')
    expect(leaves).toMatchObject([{ path: 'first[1]', title: 'hosts' }])
    expect(sent).not.toMatch(/users|groups/)
  })

  it('asks the last one where every clause lacks a table, and says what that one needs', async () => {
    const { verdict, reasons, sent } = await answer({ first: [users, groups] }, 'etc_hosts')
    expect(verdict).toBe('error')
    expect(reasons).toEqual(['needs table groups'])
    expect(sent).toBe('')
  })

  it('does not go on to the next clause for any other reason', async () => {
    const gated = (gate: Written): Written => ({ first: [{ ...users, ...gate }, groups] })
    const nobody = { sql: 'SELECT 1 FROM etc_hosts', reason: 'no hosts' }
    const tables = ['users', 'groups', 'etc_hosts']
    expect(await answer(gated({ when: nobody }), ...tables)).toMatchObject({ verdict: 'not_applicable' })
    expect(await answer(gated({ needs: [nobody] }), ...tables)).toMatchObject({ verdict: 'error' })
    expect(await answer(gated({ sql: 'SELECT uid > 0 AS passed FROM users' }), ...tables)).toMatchObject({
      verdict: 'fail',
    })
  })

  it('counts the tables of all that a clause holds, its gates with them', () => {
    const both: Written = { first: [{ all: [users, groups] }, hosts] }
    expect(asked(both, 'users', 'groups')).toEqual(['users', 'groups'])
    expect(asked(both, 'users', 'etc_hosts')).toEqual(['hosts'])
    const gated: Written = { first: [{ ...users, when: { sql: 'SELECT 1 FROM groups' } }, hosts] }
    expect(asked(gated, 'users', 'etc_hosts')).toEqual(['hosts'])
  })

  it('nests', () => {
    const nested: Written = { any: [{ not: crontab }, { first: [{ first: [users, groups] }, hosts] }] }
    expect(asked(nested, 'users', 'groups', 'etc_hosts')).toEqual(['crontab', 'users'])
    expect(asked(nested, 'groups', 'etc_hosts')).toEqual(['crontab', 'groups'])
    expect(asked(nested, 'etc_hosts')).toEqual(['crontab', 'hosts'])
    expect(settle(compile(nested), new Set(['groups'])).tree).toEqual({ any: [{ not: 0 }, 1] })
  })

  it('takes every table to be there as long as nothing is known of them', () => {
    expect(settle(compile({ first: [users, groups] }), undefined).leaves.map(({ title }) => title)).toEqual(['users'])
  })

  it('is one question in several ways: they are called by its title, unless they have their own', () => {
    const { sql } = users
    expect(asked({ all: [crontab, { title: 'both', first: [{ sql: sql ?? '' }, groups] }] }, 'users')).toEqual([
      'crontab',
      'both',
    ])
    expect(asked({ title: 'both', first: [users, groups] }, 'groups')).toEqual(['groups'])
  })

  it('is settled anew for each osquery, under one version of the check', () => {
    const check = compile({ first: [users, groups] })
    expect(settle(check, new Set(['groups'])).version).toBe(check.version)
    expect(compile({ first: [users, hosts] }).version).not.toBe(check.version)
  })
})
