import { beforeAll, describe, expect, it } from 'vitest'
import type { SqlValue } from '../../src/sql/table.ts'
import { type FunctionsDatabase, openFunctionsDatabase } from './open-functions-database.ts'

let database: FunctionsDatabase
beforeAll(async () => {
  database = await openFunctionsDatabase()
})

function ask(expression: string): SqlValue | undefined {
  return database.ask(`SELECT ${expression}`)[0]
}

describe('inet_aton', () => {
  it.each([
    ["inet_aton('255.255.255.255')", 4294967295n],
    ["inet_aton('01.2.3.4')", null],
    ["inet_aton('1.2.3')", null],
    ['inet_aton(16909060)', null],
    ['inet_aton(NULL)', null],
  ])('answers %s with %s', (expression, value) => {
    expect(ask(expression)).toBe(value)
  })
})

describe('in_cidr_block', () => {
  it.each([
    ["in_cidr_block('198.51.100.14/24', '198.51.100.14')", 1n],
    ["in_cidr_block('10.0.0.0/31', '10.0.0.0')", 0n],
    ["in_cidr_block('10.0.0.7/32', '10.0.0.7')", 1n],
    ["in_cidr_block('255.255.255.255/32', '255.255.255.255')", 0n],
    ["in_cidr_block('0.0.0.0/0', '128.0.0.1')", 1n],
    ["in_cidr_block('2a00:a040:019e:f12a:0000:0000:0000:0000/64', '2a00:a040:19e:f12a:658b:3589:b2ba:71a3')", 1n],
    ["in_cidr_block('2001:db8::/48', '2001:db8:0:ffff:ffff:ffff:ffff:ffff')", 1n],
    ["in_cidr_block('2001:db8::/48', '2001:db8:1::')", 0n],
    ["in_cidr_block('::1/128', '::1')", 1n],
    ["in_cidr_block('::ffff:0:0/96', '::ffff:10.0.0.1')", 1n],
    ["in_cidr_block('fe80::/10', 'fe80::1%eth0')", 1n],
  ])('answers %s with %s', (expression, value) => {
    expect(ask(expression)).toBe(value)
  })

  it.each([
    ["in_cidr_block(NULL, '10.0.0.1')", 'CIDR must be a string'],
    ["in_cidr_block('10.0.0.0/8', 10)", 'IP address must be a string'],
    ["in_cidr_block('10.0.0.0/8', 'host')", 'IP address cannot be parsed'],
    ["in_cidr_block('::/8', '10.0.0.1')", 'CIDR for IP address v4 cannot be parsed'],
    ["in_cidr_block('10.0.0.0/', '10.0.0.1')", 'CIDR for IP address v4 cannot be parsed'],
    ["in_cidr_block('::/129', '::1')", 'CIDR for IP address v6 cannot be parsed'],
  ])('refuses %s', (expression, message) => {
    expect(() => ask(expression)).toThrow(message)
  })
})

describe('community_id_v1', () => {
  it.each([
    ["'66.35.250.204', '128.232.110.120', 80, 34855, 6, 0", '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
    ["'128.232.110.120', '66.35.250.204', 34855, 80, 6, 1", '1:3V71V58M3Ksw/yuFALMcW0LAHvc='],
    ["'fe80::14b0:de4a:f8e8:522f', '127.0.0.1', 10, 64, 6", '1:Jww+Ua4pSUNl9TvSUwvSHL4n93w='],
    ["'192.168.170.56', '192.168.170.8', 80, 7, 132", '1:jQgCxbku+pNGw8WPbEc/TS/uTpQ='],
    ["'8.8.8.8', '192.168.1.52', 53, 54585, 17, 1", '1:Q9We8WO3piVF8yEQBNJF4uiSVrI='],
  ])('identifies the flow %s', (flow, id) => {
    expect([ask(`community_id_v1(${flow})`), ask(`community_id_v1_strict(${flow})`)]).toEqual([id, id])
  })

  it.each([
    ["'192.168.1.52', 'foo', 10, 53, 17", 'Community ID daddr cannot be parsed as IP'],
    ["'foo', '192.168.1.52', 10, 53, 17", 'Community ID saddr cannot be parsed as IP'],
    ["NULL, '192.168.1.52', 10, 53, 17", 'Community ID IPs must be strings'],
    ["'1.2.3.4', '192.168.1.52', '10', 53, 17", 'Community ID ports must be integers'],
    ["'1.2.3.4', '192.168.1.52', 10, 65536, 17", 'Community ID ports must fit in 2 bytes'],
    ["'1.2.3.4', '192.168.1.52', 10, 53, 'tcp'", 'Community ID protocol must be an integer'],
    ["'1.2.3.4', '192.168.1.52', 10, 53, 256", 'Community ID protocol must fit in 1 byte'],
    ["'1.2.3.4', '192.168.1.52', 10, 53, 17, 1.0", 'Community ID seed must be an integer'],
    ["'1.2.3.4', '192.168.1.52', 10, 53, 17, 100000000", 'Community ID seed must fit in 2 bytes'],
  ])('has no answer to %s, and only strictly an error', (flow, message) => {
    expect(ask(`community_id_v1(${flow})`)).toBeNull()
    expect(() => ask(`community_id_v1_strict(${flow})`)).toThrow(message)
  })
})
