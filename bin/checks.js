#!/usr/bin/env node
// Kept in a syntax that Node 12 can read (no await at the top), and free of imports until the version is known: an old
// Node must get one line, not a crash.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `checks: Node.js ${process.versions.node} is too old; Keelson needs 22.18 or newer. In a checkout: npm ci && npx checks …\n`,
  )
  process.exitCode = 3
} else {
  let ended = false
  // Node ends with 0 when nothing is left to wait for, which must not pass for an answer.
  process.once('beforeExit', () => {
    if (ended) return
    process.stderr.write('checks: this should not have happened: it ended before it was done\n')
    process.exitCode = 3
  })
  import('node:fs')
    .then(({ existsSync }) => {
      const compiled = new URL('../dist/cli/main.js', import.meta.url)
      const main = existsSync(compiled) ? compiled : new URL('../src/cli/main.ts', import.meta.url)
      return import(main.href)
    })
    .then(({ main }) => main(process.argv.slice(2)))
    .then(() => {
      ended = true
    })
}
