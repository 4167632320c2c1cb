import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import packed from '@sparticuz/chromium'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

export interface OpenedPage {
  readonly page: Page
  /** What the page wrote to the console as a warning or an error, and what it threw. */
  readonly complaints: readonly string[]
  /** Every address that it asked for, its own first. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

/** The real Chromium of the development packages, or in a sentence why it cannot start here. */
export async function startBrowser(): Promise<Browser | string> {
  try {
    const folder = await unpackChromium()
    return await chromium.launch({
      executablePath: join(folder, 'chromium'),
      // Its own sandbox needs privileges that a container lacks; the pages are ours.
      args: ['--no-sandbox', '--no-zygote', '--font-render-hinting=none'],
      env: {
        ...process.env,
        // A machine without any font shows nothing.
        ...(!existsSync('/etc/fonts/fonts.conf') && { FONTCONFIG_PATH: join(folder, 'fonts') }),
      },
    })
  } catch (error) {
    const [first = 'no reason given'] = String(error instanceof Error ? error.message : error).split('\n')
    return `Chromium cannot start here: ${first}`
  }
}

/** Opens a file in a window of its own, such as `{ colorScheme: 'dark', viewport: { width: 400, height: 800 } }`. */
export async function openPage(
  browser: Browser,
  file: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const complaints: string[] = []
  const requests: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => requests.push(request.url()))
  await page.goto(pathToFileURL(file).href)
  return { page, complaints, requests, close: () => context.close() }
}

/** Unpacked once, in a place that no other user of the machine can prepare. */
async function unpackChromium(): Promise<string> {
  const require = createRequire(import.meta.url)
  const { version } = require(join(dirname(require.resolve('@sparticuz/chromium')), '..', 'package.json'))
  const cache = join(import.meta.dirname, '..', '..', 'node_modules', '.cache')
  const folder = join(cache, `chromium-${version}`)
  if (existsSync(folder)) return folder
  await mkdir(cache, { recursive: true })
  const draft = await mkdtemp(join(cache, 'chromium-draft-'))
  const before = process.env.TMPDIR
  try {
    // The package unpacks to the folder for temporary files, and knows no other way to be told where.
    process.env.TMPDIR = draft
    await packed.executablePath()
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
  // Somebody else may have been faster.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true }))
  return folder
}
