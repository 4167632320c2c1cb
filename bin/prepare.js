// Runs after `npm ci`: compiles dist/ and puts `checks` where npx finds it at once.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const bin = join(root, 'node_modules', '.bin')
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')

// What an earlier state of the sources was compiled to must never run in their place.
rmSync(join(root, 'dist'), { recursive: true, force: true })

// Without the development packages there is no compiler; the sources then run as they are.
if (existsSync(tsc)) execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })

// npx would otherwise go through npm's exec cache, which costs 300 ms and keeps broken entries.
if (process.platform !== 'win32' && existsSync(join(root, 'node_modules'))) {
  mkdirSync(bin, { recursive: true })
  rmSync(join(bin, 'checks'), { force: true })
  symlinkSync('../../bin/checks.js', join(bin, 'checks'))
}
