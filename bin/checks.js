#!/usr/bin/env node
// Kept in old syntax and free of imports until the version is known: an old Node must get one line, not a crash.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `checks: Node.js ${process.versions.node} is too old; Keelson needs 22.18 or newer. In a checkout: npm ci && npx checks …\n`,
  )
  process.exitCode = 3
} else {
  const { existsSync } = await import('node:fs')
  const compiled = new URL('../dist/cli/main.js', import.meta.url)
  const main = existsSync(compiled) ? compiled : new URL('../src/cli/main.ts', import.meta.url)
  await (await import(main.href)).main(process.argv.slice(2))
}
