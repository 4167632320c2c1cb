import { expect, it } from 'vitest'
import { rememberFailures } from '../../src/host/remember-failures.ts'
import { TableError, type VirtualTable } from '../../src/sql/table.ts'

const context = (value: string) => ({
  constraints: () => [{ op: 2, value }],
  equals: () => [value],
  likes: () => [],
  uses: () => true,
})

function open(failing: (value: string) => Error | undefined) {
  const tried: string[] = []
  let now = 0
  const table: VirtualTable = {
    name: 't',
    columns: [{ name: 'a', type: 'TEXT', index: true }],
    *generate(asked) {
      const [value = ''] = asked.equals('a')
      tried.push(value)
      yield { a: value }
      const error = failing(value)
      if (error) throw error
    },
  }
  const remembering = rememberFailures(table, () => now)
  const read = (value: string) => [...remembering.generate(context(value))]
  return { tried, read, wait: (ms: number) => (now += ms) }
}

it('a table that could not be read is not tried again for a moment, for the same question', () => {
  const { tried, read, wait } = open((value) => (value === 'bad' ? new TableError('no') : undefined))
  expect(() => read('bad')).toThrow('no')
  expect(() => read('bad')).toThrow('no')
  expect(read('good')).toEqual([{ a: 'good' }])
  expect(tried).toEqual(['bad', 'good'])
  wait(10_000)
  expect(() => read('bad')).toThrow('no')
  expect(tried).toEqual(['bad', 'good', 'bad'])
})

it('a table that could be read is read anew each time', () => {
  const { tried, read } = open(() => undefined)
  read('good')
  read('good')
  expect(tried).toEqual(['good', 'good'])
})

it('a failure of another kind is not remembered', () => {
  const { tried, read } = open(() => new TypeError('a mistake of ours'))
  expect(() => read('x')).toThrow('a mistake')
  expect(() => read('x')).toThrow('a mistake')
  expect(tried).toHaveLength(2)
})
