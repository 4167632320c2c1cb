import { statSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ReportedItem } from '../../src/core/compliance-report.ts'
import { HOSTILE } from '../formats/hostile-text.ts'
import { fullReport, makePages, writePage } from './make-page.ts'
import { measureContrast } from './measure-contrast.ts'
import { openPage, startBrowser } from './open-browser.ts'

const started = await startBrowser()
const reason = typeof started === 'string' ? started : ''

describe.skipIf(reason !== '')(`the report in Chromium${reason && `: ${reason}`}`, () => {
  const browser = started as Exclude<typeof started, string>
  const pages = makePages()
  let file = ''

  beforeAll(() => {
    file = writePage(pages.folder, 'report', fullReport())
  })
  afterAll(async () => {
    pages.remove()
    await browser.close()
  })

  it('asks for nothing, and nothing in it goes wrong', async () => {
    const { page, complaints, requests, close } = await openPage(browser, file)
    await page.waitForLoadState('networkidle')
    expect(requests).toEqual([page.url()])
    expect(complaints).toEqual([])
    await close()
  })

  it('can be walked with the keyboard: to every square, every link and every detail', async () => {
    const { page, close } = await openPage(browser, file)
    const wanted = await page.evaluate(() => {
      const stops = [...document.querySelectorAll('a[href], summary')].filter((each) => each.checkVisibility())
      for (const [index, each] of stops.entries()) each.setAttribute('data-stop', String(index))
      return stops.length
    })
    const reached: string[] = []
    for (let index = 0; index < wanted; index++) {
      await page.keyboard.press('Tab')
      const stop = await page.evaluate(() => {
        const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement as Element)
        const seen = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2
        return `${document.activeElement?.getAttribute('data-stop')}${seen ? '' : ' without an outline'}`
      })
      reached.push(stop)
    }
    expect(wanted).toBeGreaterThan(25)
    expect(reached).toEqual(Array.from({ length: wanted }, (_, index) => String(index)))
    await close()
  })

  it('opens what a square leads to, and each detail, with the Enter key alone', async () => {
    const { page, close } = await openPage(browser, file)
    await page.locator('a.square.fail').first().focus()
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.querySelector(':target')?.matches('article.is-fail'))
    const line = page.locator('details.finding-line').first()
    await line.locator('summary').focus()
    await page.keyboard.press('Enter')
    expect(await line.getAttribute('open')).not.toBeNull()
    await close()
  })

  it('has for each link within the page the place that it leads to', async () => {
    const { page, close } = await openPage(browser, file)
    const lost = await page.evaluate(() => {
      const links = [...document.querySelectorAll('a[href^="#"]')].map((each) => each.getAttribute('href') as string)
      return links.filter((href) => document.getElementById(href.slice(1)) === null)
    })
    expect(lost).toEqual([])
    await close()
  })

  it('tells every square apart without its colour, and in words', async () => {
    const { page, close } = await openPage(browser, file)
    const squares = await page.evaluate(() =>
      [...document.querySelectorAll('a.square')].map((each) => ({
        standing: each.className,
        mark: `${each.textContent} ${getComputedStyle(each).borderTopStyle}`,
        label: each.getAttribute('aria-label') ?? '',
      })),
    )
    const marks = new Map(squares.map(({ standing, mark }) => [standing, mark]))
    expect(marks.size).toBe(7)
    expect(new Set(marks.values()).size).toBe(7)
    for (const { label } of squares) expect(label).toMatch(/: (?:passes|fails|could not|does not|was not)/)
    await close()
  })

  it('has one name per place, one heading above all others, and text for each picture', async () => {
    const { page, close } = await openPage(browser, file)
    const { ids, levels, pictures, language } = await page.evaluate(() => ({
      ids: [...document.querySelectorAll('[id]')].map(({ id }) => id),
      levels: [...document.querySelectorAll('h1, h2, h3, h4')].map(({ tagName }) => Number(tagName[1])),
      pictures: [...document.querySelectorAll('[role=img]')].map((each) => each.getAttribute('aria-label') ?? ''),
      language: document.documentElement.lang,
    }))
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
    expect([levels[0], levels.filter((level) => level === 1).length, language]).toEqual([1, 1, 'en'])
    expect(pictures.length).toBeGreaterThan(1)
    for (const label of pictures) expect(label).toMatch(/\d/)
    await close()
  })

  it.each(['light', 'dark'] as const)('has enough contrast in %s, in text and squares', async (colorScheme) => {
    const { page, close } = await openPage(browser, file, { colorScheme })
    for (const detail of await page.locator('summary').all()) await detail.click()
    const found = await measureContrast(page)
    expect(found.length).toBeGreaterThan(100)
    const faint = found.filter(({ ratio, least }) => ratio < least)
    expect(faint.map(({ what, ratio }) => `${what}: ${ratio.toFixed(2)}`)).toEqual([])
    await close()
  })

  it('is dark where people like it dark', async () => {
    const ground = async (colorScheme: 'light' | 'dark') => {
      const { page, close } = await openPage(browser, file, { colorScheme })
      const colour = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
      await close()
      return (colour.match(/\d+/g) ?? []).map(Number).reduce((sum, value) => sum + value, 0)
    }
    expect(await ground('light')).toBeGreaterThan(700)
    expect(await ground('dark')).toBeLessThan(120)
  })

  it('fits a telephone: nothing has to be pushed aside but tables in their own frame', async () => {
    const { page, close } = await openPage(browser, file, { viewport: { width: 400, height: 800 } })
    for (const detail of await page.locator('summary').all()) await detail.click()
    const [width, wide] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      [...document.querySelectorAll('body *')]
        .filter((each) => !each.closest('.scroll') && each.checkVisibility())
        .filter((each) => each.getBoundingClientRect().right > 400.5)
        .map((each) => `${each.tagName}.${each.className}`),
    ])
    expect([width, wide]).toEqual([400, []])
    await close()
  })

  it('prints on pages, with every card whole enough and every detail open', async () => {
    const { page, close } = await openPage(browser, file)
    const pdf = await page.pdf({ format: 'A4' })
    const count = pdf.toString('latin1').match(/\/Type ?\/Page\b(?!s)/g)?.length ?? 0
    expect(count).toBeGreaterThan(1)
    await page.emulateMedia({ media: 'print' })
    const hidden = await page.evaluate(
      () =>
        [...document.querySelectorAll('.finding details > :not(summary)')].filter((each) => !each.checkVisibility())
          .length,
    )
    expect(hidden).toBe(0)
    await close()
  })

  it('needs no JavaScript', async () => {
    const { page, complaints, close } = await openPage(browser, file, { javaScriptEnabled: false })
    await page.locator('a.square.fail').first().click()
    expect(page.url()).toMatch(/#check-/)
    const line = page.locator('details.finding-line').first()
    await line.locator('summary').click()
    expect(await line.locator('.tags').isVisible()).toBe(true)
    expect(complaints).toEqual([])
    await close()
  })

  it('shows whatever was found as text, and runs none of it', async () => {
    const [item] = fullReport().items as [ReportedItem, ...ReportedItem[]]
    const items = HOSTILE.map((text, index): ReportedItem => {
      const row = { verdict: 'fail', clause: text, resource: text, reason: text, found: { [text]: text } } as const
      return {
        ...item,
        check: `${text}-${index}`,
        title: text,
        verdict: 'fail',
        reason: text,
        why: text,
        fix: text,
        evidence: [row],
        tags: [text],
      }
    })
    const asset = { ...fullReport().asset, givenName: HOSTILE.join(' '), labels: [...HOSTILE] }
    const hostile = writePage(pages.folder, 'hostile', fullReport({ items, asset, frameworks: [] }))
    const { page, complaints, requests, close } = await openPage(browser, hostile)
    let dialogs = 0
    page.on('dialog', (dialog) => {
      dialogs++
      return dialog.dismiss()
    })
    const [elements, lost, text] = await page.evaluate(() => {
      const links = [...document.querySelectorAll('a[href^="#"]')].map((each) => each.getAttribute('href') as string)
      return [
        [...document.querySelectorAll('script, img, iframe, failure, a[href^="javascript"]')].map(
          (each) => each.outerHTML,
        ),
        links.filter((href) => document.getElementById(href.slice(1)) === null),
        document.body.innerText,
      ] as const
    })
    expect([elements, lost, dialogs, complaints, requests.length]).toEqual([[], [], 0, [], 1])
    expect(text).toContain('<img src=x onerror=alert(1)>')
    expect(text).toContain('\\u{202e}gnp.exe')
    expect(text).not.toMatch(/[\u202a-\u202e\u200b\ufeff\u001b\u0007]/)
    await close()
  })

  it('cuts ten megabytes of evidence, and says so', async () => {
    const [item] = fullReport().items as [ReportedItem, ...ReportedItem[]]
    const row = { verdict: 'fail', resource: 'r'.repeat(5_000), found: { value: 'x'.repeat(95_000) } } as const
    const evidence = Array.from({ length: 100 }, () => row)
    const items = [{ ...item, verdict: 'fail' as const, evidence, evidenceTotal: 100, reason: 'y'.repeat(1_000_000) }]
    const large = writePage(pages.folder, 'large', fullReport({ items }))
    expect(statSync(large).size).toBeLessThan(200_000)
    const { page, close } = await openPage(browser, large)
    expect(await page.locator('article.finding').innerText()).toMatch(/…[\s\S]*and 90 more/)
    await close()
  })
})
