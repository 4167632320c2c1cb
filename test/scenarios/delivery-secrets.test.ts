// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is what people write
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startReceiver } from '../clients/start-receiver.ts'
import { until } from '../osquery/real-sockets.ts'
import { makeDelivery } from './make-delivery.ts'
import { startChecks } from './run-checks.ts'

const CANARY = 'canary7f3b19d2'
const env = {
  KEELSON_DEBUG: '1',
  C_URL: `${CANARY}url`,
  C_HEADER: `${CANARY}header`,
  C_TOKEN: `${CANARY}token`,
  C_PASSWORD: `${CANARY}/pass+word`,
  C_WEBHOOK: `whsec_${Buffer.from(`${CANARY}-webhook-of-32-bytes`).toString('base64')}`,
  C_SLACK: `http://127.0.0.1:9/services/${CANARY}`,
}

it('no secret is in any error, log, list, status, event or list of processes', async () => {
  // Says back whatever it is sent, as a careless receiver does.
  const receiver = await startReceiver(({ path, headers, body }, response) =>
    response.writeHead(500).end(`${path} ${JSON.stringify(headers)} ${body}`),
  )
  const place = makeDelivery(`
hook: { type: webhook, url: '${receiver.url}/\${env:C_URL}', secret: '\${env:C_WEBHOOK}', headers: { Authorization: 'Bearer \${env:C_HEADER}' }, begin: start }
refused: { type: elastic, url: '${receiver.url}', index: x, user: u, password: '\${env:C_PASSWORD}', begin: start }
splunk: { type: splunk, url: '${receiver.url}', token: '\${file:token}', begin: start }
slack: { type: slack, url: '\${env:C_SLACK}', begin: start }
mail: { type: email, host: 127.0.0.1, port: 9, user: u, password: '\${env:C_PASSWORD}', from: a@example.org, to: b@example.org, begin: start }
run: { type: exec, command: [/bin/sh, -c, 'env >&2; sleep 0.2; exit 1'], env: { T: '\${env:C_TOKEN}' }, begin: start }
file: { type: file, path: 'keelson.yaml/\${env:C_TOKEN}/x', begin: start }
`)
  writeFileSync(join(place.folder, 'token'), `${CANARY}splunk\n`, { mode: 0o644 })
  const said: string[] = []
  const keep = ({ stdout, stderr }: { stdout: string; stderr: string }) => void said.push(stdout, stderr)
  const child = startChecks(['watch', ...place.flags], { env })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  const names = ['hook', 'refused', 'splunk', 'slack', 'mail', 'run', 'file']
  const processes: string[] = []
  await until(() => {
    processes.push(...globSync('/proc/[0-9]*/cmdline').map((path) => (existsSync(path) ? readCommand(path) : '')))
    return names.every((name) => log.includes(`sink ${name}: `))
  })
  expect(processes.some((text) => text.includes('env >&2'))).toBe(true)
  said.push(...processes)
  for (const args of [
    ['sinks'],
    ['sinks', '--format', 'json'],
    ['events', '--format', 'jsonl'],
    ['watch', '--status'],
  ]) {
    keep(await place.run(args, { env }))
  }
  for (const name of names) keep(await place.run(['sinks', 'test', name], { env }))
  child.kill('SIGTERM')
  await new Promise((resolve) => child.on('exit', resolve))
  said.push(log)
  // Wrong settings, each in its own way.
  const wrong = [
    "a: { type: webhook, url: '${env:C_URL}', secret: '${env:C_HEADER}', headers: { 'X Y': '${env:C_TOKEN}', B: \"${env:C_TOKEN}\\n\" } }",
    "a: { type: syslog, address: '${env:C_TOKEN}@', transport: '${env:C_TOKEN}', pen: '${env:C_TOKEN}' }",
    "a: { type: webhook, url: 'https://x.org', cert: '${env:C_TOKEN}', key: '${env:C_TOKEN}' }",
    "a: { type: webhook, url: 'https://x.org', timeout: '${env:C_TOKEN}', batch: '${env:C_TOKEN}' }",
    "a: { type: file, path: '${env:C_TOKEN}', mode: '${env:C_TOKEN}' }",
    "a: { type: '${env:C_TOKEN}' }",
    `a: { type: webhook, url: 'https://x.org', secret: ${CANARY} }`,
    `a: { type: webhook, url: 'https://x.org', secret: [${CANARY}], headers: ${CANARY} }`,
    `a: { type: exec, command: [/bin/x], env: [${CANARY}] }`,
  ]
  for (const sinks of wrong) {
    place.write(sinks)
    const { code, stderr, stdout } = await place.deliver({ env })
    expect([code, sinks]).toEqual([3, sinks])
    said.push(stderr, stdout)
  }
  const record = readFileSync(`${place.state}.watch.json`, 'utf8')
  const database = globSync(`${place.state}*`).map((path) => readFileSync(path, 'latin1'))
  for (const text of [...said, record, ...database]) {
    const at = text.indexOf(CANARY)
    expect(at < 0 ? '' : text.slice(Math.max(0, at - 200), at + 60)).toBe('')
  }
  // Or nothing would have been tried.
  expect(receiver.received.some(({ headers, path }) => `${headers.authorization}${path}`.includes(CANARY))).toBe(true)
  await receiver.close()
}, 90_000)

function readCommand(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
