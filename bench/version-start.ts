// What the command costs to start, beside Node itself:
//   node bench/version-start.ts
import { median, ms, PROGRAM, printRatio, requireBuild, runNode } from './measure.ts'

const RUNS = 15

requireBuild()
const [bare, version]: [number[], number[]] = [[], []]
// In turns, so that whatever else the machine does falls on both.
for (let i = 0; i < RUNS; i++) {
  bare.push((await runNode(['-e', '0'])).took)
  version.push((await runNode([PROGRAM, '--version'])).took)
}
console.log(`node -e 0: ${ms(median(bare))}, checks --version: ${ms(median(version))} (median of ${RUNS})`)
printRatio(median(version) / median(bare), 'within 3×')
