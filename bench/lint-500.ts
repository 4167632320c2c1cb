// Linting 500 files of checks, as a process of its own:
//   node bench/lint-500.ts [files]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, ms, PROGRAM, printRatio, requireBuild, runNode } from './measure.ts'

const RUNS = 3
const TIME = 2000
const files = Number(process.argv[2] ?? 500)

/** Checks of every form, as people write them: SQL with a parameter, conditions, nesting, two platforms. */
const FORMS: readonly ((n: number) => string)[] = [
  (n) => `params:
  least: { type: integer, default: ${n} }
platforms:
  linux: { sql: "SELECT uid >= :least AS passed, username AS resource, shell FROM users WHERE uid < 60000" }
  darwin: { sql: "SELECT uid >= :least AS passed, username AS resource FROM users" }
`,
  (n) => `platforms:
  linux:
    table: deb_packages
    where: { name: package-${n} }
    expect: { version: { version_ge: "1.${n}" } }
  windows:
    table: programs
    where: { name: { like: "Program ${n}%" } }
    expect: { version: { version_ge: "1.${n}" } }
`,
  (n) => `platforms:
  linux:
    any:
      - sql: SELECT count(*) > 0 AS passed FROM processes WHERE name = 'daemon-${n}'
      - all:
          - { table: mounts, where: { path: / }, expect: { type: { in: [ext4, xfs] } } }
          - not: { table: kernel_modules, where: { name: module_${n} } }
`,
  (n) => `platforms:
  linux:
    when: SELECT 1 FROM os_version WHERE major >= ${n % 12}
    sql: SELECT mode IN ('0600', '0640') AS passed, path AS resource, mode FROM file WHERE path = '/etc/file-${n}'
  darwin:
    sql: SELECT global_state >= 1 AS passed, global_state FROM alf
`,
]

requireBuild()
const folder = mkdtempSync(join(tmpdir(), 'keelson-bench-'))
try {
  for (let n = 0; n < files; n++) {
    const topic = join(folder, `topic-${n % 20}`)
    mkdirSync(topic, { recursive: true })
    const head = `id: check-${n}\ntitle: Check number ${n}\nseverity: medium\ntags: [bench]\nwhy: To measure.\nfix: Nothing.\n`
    writeFileSync(join(topic, `check-${n}.yaml`), head + FORMS[n % FORMS.length]?.(n))
  }
  const args = [PROGRAM, 'lint', '--no-library', '--checks', folder, '--format', 'json']
  const times: number[] = []
  for (let i = 0; i < RUNS; i++) {
    const { took, code, stdout } = await runNode(args)
    const errors = JSON.parse(stdout).filter(({ level }: { level: string }) => level === 'error')
    if (code !== 0) throw new Error(`the checks are meant to be sound: ${errors[0]?.message}`)
    times.push(took)
  }
  console.log(`${files} files: ${ms(median(times))}, ${ms(median(times) / files)} a file (median of ${RUNS})`)
  console.log(`promised: 500 files within ${TIME} ms`)
  printRatio((TIME / 500 / median(times)) * files, 'the time allowed is at least 1× the time taken')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
