import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import type { Command } from 'commander'
import { KeelsonError, messageOf } from '../core/errors.ts'
import { openOutput } from './output.ts'

export function addInitCommand(program: Command): void {
  program
    .command('init')
    .description('make a small working folder: settings, and a commented check with its tests')
    .argument('[folder]', 'where', '.')
    .action(init)
}

function init(folder: string): void {
  const output = openOutput()
  const taken = Object.keys(FILES).filter((name) => existsSync(join(folder, name)))
  if (taken.length > 0) {
    throw new KeelsonError('init', `already in ${folder}: ${taken.join(', ')}; nothing was written`, {
      hint: 'choose another folder: checks init FOLDER',
    })
  }
  for (const [name, text] of Object.entries(FILES)) {
    const path = join(folder, name)
    writeNew(path, text)
    output.write(`wrote ${path}\n`)
  }
  const go = `${folder === '.' ? '' : `cd ${folder} && `}${isLocal() ? 'npx ' : ''}`
  output.write(`
Next:
  ${go}checks lint 'my-*'      is the check sound?
  ${go}checks test 'my-*'      do its tests pass, for every platform?
  ${go}checks run 'my-*'       what does it say of this machine?
`)
}

/** Whether we are a project's own, rather than installed for everyone: then only npx finds us. */
function isLocal(): boolean {
  return !(process.env.PATH ?? '')
    .split(delimiter)
    .some((place) => existsSync(join(place, 'checks')) && !place.includes('node_modules'))
}

// Step by step: Node's own recursive form never returns for a folder below /proc.
function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  mkdirSync(path)
}

function writeNew(path: string, text: string): void {
  try {
    makeFolder(dirname(path))
    writeFileSync(path, text, { flag: 'wx' })
  } catch (cause) {
    const hint = 'choose a folder that you may write to: checks init FOLDER'
    throw new KeelsonError('init', `cannot write ${path}: ${messageOf(cause)}`, { hint, cause })
  }
}

const FILES: Readonly<Record<string, string>> = {
  'keelson.yaml': `# Settings of checks, read from the folder you are in. All of them are optional.

# Folders of your own checks. They add to the built-in library; the same id replaces.
checks: [checks]

# false leaves the built-in library out.
# library: false

# Parameters of checks, by id.
params:
  my-ssh-root-login:
    allowed: [prohibit-password, "no"]

# The oldest osquery your checks must run on; lint warns of what came later.
# osquery_version: "5.12.1"

# Where answers come from: auto, socket, osqueryi, embedded; and osquery's socket.
# source: auto
# socket: /var/osquery/osquery.em
`,
  'checks/my-ssh-root-login.yaml': `# yaml-language-server: $schema=../check.schema.json
# (checks schema check > check.schema.json gives your editor completion.)

id: my-ssh-root-login
title: The SSH server's own configuration refuses root's password
severity: high                 # low | medium | high | critical
tags: [ssh, remote-access]
schedule: 1d                   # 30m, 2h, 1d, 1w, cron, manual
why: Root is the one account name that every attacker knows, so its password is the one that is guessed.
fix: Set \`PermitRootLogin no\` in /etc/ssh/sshd_config and restart the SSH server.

params:                        # set in keelson.yaml, or: --param my-ssh-root-login.allowed=no
  allowed:
    type: list
    default: ["no"]
    description: what PermitRootLogin may be

platforms:
  linux:
    # Without a row from this SQL, the check does not apply.
    when:
      sql: SELECT 1 FROM file WHERE path = '/etc/ssh/sshd_config'
      reason: this machine has no SSH server
    # One row per thing judged; the column "passed" judges it, the others are evidence.
    sql: >-
      SELECT lower(value) IN :allowed AS passed, value, path AS resource
      FROM augeas
      WHERE path = '/etc/ssh/sshd_config' AND label = 'PermitRootLogin'

# Tests run offline, on any machine: checks test
tests:
  - name: refused
    platform: linux
    given:
      file: [{ path: /etc/ssh/sshd_config }]
      augeas: [{ path: /etc/ssh/sshd_config, label: PermitRootLogin, value: "no" }]
    verdict: pass
  - name: allowed
    platform: linux
    given:
      file: [{ path: /etc/ssh/sshd_config }]
      augeas: [{ path: /etc/ssh/sshd_config, label: PermitRootLogin, value: "yes" }]
    verdict: fail
  - name: no SSH server
    platform: linux
    given: { file: [] }
    verdict: not_applicable
  - name: lenses are not installed
    platform: linux
    given:
      file: [{ path: /etc/ssh/sshd_config }]
      augeas: []
    verdict: error
`,
}
