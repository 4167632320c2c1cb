// The same machine looked at by OpenSCAP, by Lynis and by `checks run` with the embedded engine, one after the other
// (Debian and its kin, as root):
//   apt-get install --no-install-recommends openscap-scanner ssg-debian lynis time
//   node bench/peers.ts
// What one asks is not what another asks: the figures tell what a look at the machine costs, not who looks better.
// Lynis also searches for packages with known flaws and waits between its sections. OpenSCAP judges the rules of one
// profile; the content that Debian ships is for Debian 11, so that its claim to be for that release alone is taken out
// of a copy. Of each, only what was really judged is counted.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, ms, PROGRAM, requireBuild, runNode } from './measure.ts'

const RUNS = 3
const CONTENT = '/usr/share/xml/scap/ssg/content/ssg-debian11-ds.xml'
const PROFILE = 'xccdf_org.ssgproject.content_profile_anssi_np_nt28_high'
const FOR_ONE_RELEASE = /<[\w.:-]*platform idref="cpe:\/o:debian:debian_linux:11"\/>/g

/** What one run cost, and how many checks it judged. */
interface Look {
  /** Milliseconds. */
  readonly took: number
  /** Megabytes. */
  readonly peak: number
  readonly judged: number
}

requireBuild()
const folder = mkdtempSync(join(tmpdir(), 'keelson-peers-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

const peers: readonly [name: string, program: string, needs: readonly string[], look: () => Promise<Look>][] = [
  ['OpenSCAP', 'oscap', [CONTENT], lookWithOpenscap],
  ['Lynis', 'lynis', [], lookWithLynis],
]

const own = await lookRepeatedly('Keelson', lookWithKeelson)
for (const [name, program, needs, look] of peers) {
  if (!isInstalled(program) || !needs.every((path) => existsSync(path))) {
    console.log(`${name}: not installed here; see the head of bench/peers.ts`)
    continue
  }
  const other = await lookRepeatedly(name, look)
  console.log(`  for a check, ${times(other.took / other.judged, own.took / own.judged)} our time`)
  console.log(`  in all, ${times(other.took, own.took)} our time and ${times(other.peak, own.peak)} our memory`)
}

async function lookRepeatedly(name: string, look: () => Promise<Look>): Promise<Look> {
  const looks: Look[] = []
  for (let run = 0; run < RUNS; run++) looks.push(await look())
  const [took, peak] = [median(looks.map((each) => each.took)), median(looks.map((each) => each.peak))]
  const judged = looks[0]?.judged ?? 0
  console.log(
    `${name}: ${judged} checks judged in ${ms(took)} with ${peak.toFixed(0)} MB (median of ${RUNS}); ${ms(took / judged)} and ${(peak / judged).toFixed(1)} MB for each`,
  )
  return { took, peak, judged }
}

async function lookWithKeelson(): Promise<Look> {
  const args = [PROGRAM, 'run', '--source', 'embedded', '--no-state', '--format', 'json']
  const { took, peak = Number.NaN, stdout } = await runNode(args, { peak: true })
  const { pass, warn, fail } = (JSON.parse(stdout) as { summary: Record<string, number> }).summary
  return { took, peak, judged: (pass ?? 0) + (warn ?? 0) + (fail ?? 0) }
}

async function lookWithOpenscap(): Promise<Look> {
  const content = join(folder, 'content.xml')
  if (!existsSync(content)) writeFileSync(content, readFileSync(CONTENT, 'utf8').replace(FOR_ONE_RELEASE, ''))
  const { text, ...cost } = await runTimed('oscap', [
    'xccdf',
    'eval',
    '--skip-validation',
    '--profile',
    PROFILE,
    content,
  ])
  return { ...cost, judged: text.match(/^Result\s+(?:pass|fail)$/gm)?.length ?? 0 }
}

async function lookWithLynis(): Promise<Look> {
  const log = join(folder, 'lynis.log')
  const args = ['audit', 'system', '--quick', '--no-colors', '--logfile', log, '--report-file', join(folder, 'report')]
  const cost = await runTimed('lynis', args)
  const performed = readFileSync(log, 'utf8').match(/Performing test ID/g)?.length ?? 0
  return { took: cost.took, peak: cost.peak, judged: performed }
}

/** Runs a program under GNU time, which tells the most memory that any process of it held. */
async function runTimed(program: string, args: readonly string[]): Promise<Omit<Look, 'judged'> & { text: string }> {
  const cost = join(folder, 'cost')
  const started = performance.now()
  const child = spawn('/usr/bin/time', ['-f', '%M', '-o', cost, program, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject))
  const took = performance.now() - started
  // A line that tells a failing exit code may stand before it. GNU time counts in kibibytes.
  const kibibytes = Number(readFileSync(cost, 'utf8').trim().split('\n').at(-1))
  return { took, peak: (kibibytes * 1024) / 1e6, text }
}

function isInstalled(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore' })
    return existsSync('/usr/bin/time')
  } catch {
    return false
  }
}

function times(other: number, own: number): string {
  return `${(other / own).toFixed(1)}×`
}
