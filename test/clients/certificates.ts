import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Certificate {
  readonly certPath: string
  readonly keyPath: string
  readonly cert: string
  readonly key: string
}

const run = (args: readonly string[], cwd: string) =>
  execFileSync('openssl', args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })

/** An authority of our own, in a folder of its own. */
export function makeAuthority(folder: string, name = 'ca'): Certificate {
  mkdirSync(folder, { recursive: true })
  const args = ['-keyout', `${name}.key`, '-out', `${name}.crt`, '-subj', `/CN=${name}`, '-days', '30']
  run(['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', ...args], folder)
  return load(folder, name)
}

/** A certificate of an authority for a name, or for an address; `expired`: it was valid some years ago. */
export function issue(
  authority: Certificate,
  folder: string,
  { name, subject, expired = false }: { name: string; subject: string; expired?: boolean },
): Certificate {
  const request = ['-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`]
  run(['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', ...request], folder)
  writeFileSync(join(folder, 'ca.cnf'), CONFIG)
  writeFileSync(join(folder, 'index.txt'), '')
  writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${subject}\n`)
  const [from, to] = expired ? ['20200101000000Z', '20210101000000Z'] : ['20200101000000Z', '20990101000000Z']
  const signing = ['-keyfile', authority.keyPath, '-cert', authority.certPath, '-startdate', from, '-enddate', to]
  const files = ['-in', `${name}.csr`, '-out', `${name}.crt`, '-extfile', `${name}.ext`]
  run(['ca', '-batch', '-config', 'ca.cnf', ...signing, ...files], folder)
  return load(folder, name)
}

const CONFIG = `[ca]
default_ca = own
[own]
new_certs_dir = .
database = index.txt
default_md = sha256
unique_subject = no
rand_serial = yes
policy = any
[any]
commonName = supplied
`

function load(folder: string, name: string): Certificate {
  const [certPath, keyPath] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)]
  return { certPath, keyPath, cert: readFileSync(certPath, 'utf8'), key: readFileSync(keyPath, 'utf8') }
}
