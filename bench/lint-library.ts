// Linting the whole built-in library, and running the tests that its checks carry, each as a process of its own:
//   node bench/lint-library.ts
import { median, ms, PROGRAM, printRatio, requireBuild, runNode } from './measure.ts'

const RUNS = 3
const TIME = 10_000

requireBuild()
const lintTimes: number[] = []
const testTimes: number[] = []
let tests = 0
// In turns, so that whatever else the machine does falls on both.
for (let i = 0; i < RUNS; i++) {
  const linted = await runNode([PROGRAM, 'lint', '--strict'])
  if (linted.code !== 0) throw new Error(`the library is meant to be sound:\n${linted.stdout}`)
  lintTimes.push(linted.took)
  const tested = await runNode([PROGRAM, 'test', '--format', 'json'])
  if (tested.code !== 0) throw new Error('the tests of the library are meant to pass: checks test tells more')
  tests = JSON.parse(tested.stdout).length
  testTimes.push(tested.took)
}
const { stdout } = await runNode([PROGRAM, 'list', '--format', 'json'])
const both = median(lintTimes) + median(testTimes)
console.log(`lint of ${JSON.parse(stdout).length} checks: ${ms(median(lintTimes))} (median of ${RUNS})`)
console.log(`their ${tests} tests: ${ms(median(testTimes))}`)
console.log(`promised: both together within ${TIME} ms`)
printRatio(TIME / both, 'the time allowed is at least 1× the time taken')
