import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SqlValue } from '../../src/sql/table.ts'
import { type FunctionsDatabase, openFunctionsDatabase } from './open-functions-database.ts'

let database: FunctionsDatabase
let folder: string

beforeAll(async () => {
  database = await openFunctionsDatabase()
  folder = mkdtempSync(join(tmpdir(), 'functions-paths-'))
  mkdirSync(join(folder, 'sub'))
  for (const name of ['tool', 'tool kit', 'ünï "x"']) writeFileSync(join(folder, name), '')
})

afterAll(() => rmSync(folder, { recursive: true }))

/** Asks with `@` standing for the folder. */
function ask(expression: string): SqlValue | undefined {
  return database.ask(`SELECT ${expression.replaceAll('@', folder)}`)[0]
}

describe('find_file_path_in_cmd', () => {
  it.each([
    ["find_file_path_in_cmd('  @/tool --flag')", '@/tool'],
    ["find_file_path_in_cmd('@/tool kit --flag')", '@/tool'],
    ["find_file_path_in_cmd('@/tool\\ kit --flag')", '@/tool kit'],
    ['find_file_path_in_cmd(\'"@/tool kit" --flag\', 1)', '@/tool kit'],
    ['find_file_path_in_cmd(\'"@/tool kit" --flag\')', ''],
    ["find_file_path_in_cmd('@/tool^ kit --flag', 0, '^')", '@/tool kit'],
    ['find_file_path_in_cmd(\'@/ünï \\"x\\"\')', '@/ünï "x"'],
    ["find_file_path_in_cmd('@/sub --flag')", ''],
    ["find_file_path_in_cmd('')", ''],
  ])('answers %s with %j', (expression, path) => {
    expect(ask(expression)).toBe(path.replace('@', folder))
  })

  it.each(['', 'NULL', "'a', NULL", "'a', 1, 'ab'"])('refuses (%s)', (values) => {
    expect(() => ask(`find_file_path_in_cmd(${values})`)).toThrow('Invalid inputs to find_binary_path_from_cmd')
  })
})

describe('is_path_deterministic', () => {
  it.each([
    ["is_path_deterministic('@/tool kit')", 0n],
    ["is_path_deterministic('@/tool kit --flag')", 0n],
    ['is_path_deterministic(\'"@/tool kit" --flag\', 1)', 1n],
    ["is_path_deterministic('@/tool --flag')", 1n],
    ["is_path_deterministic('@/absent x')", 1n],
  ])('answers %s with %s', (expression, value) => {
    expect(ask(expression)).toBe(value)
  })

  it('refuses NULL', () => {
    expect(() => ask('is_path_deterministic(NULL)')).toThrow('Invalid inputs to is_path_deterministic')
  })
})

describe('parent_directory', () => {
  it.each([
    ["parent_directory('/a')", ''],
    ["parent_directory('/')", ''],
    ["parent_directory('ä/b')", 'ä'],
  ])('answers %s with %j', (expression, value) => {
    expect(ask(expression)).toBe(value)
  })

  it('takes text only', () => {
    expect(() => ask('parent_directory(NULL)')).toThrow('Invalid inputs to parent_directory, TEXT was expected')
  })
})
