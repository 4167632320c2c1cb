// What runs in pages needs the types of browsers; what is built does not see them.
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { Page } from 'playwright-core'

export interface Contrast {
  readonly what: string
  readonly ratio: number
  /** What WCAG 2.2 AA asks for: 4.5 for text, 3 for large text and for graphics. */
  readonly least: number
}

/** The contrast of every text on a page, and of every square with what surrounds it, from the computed styles. */
export function measureContrast(page: Page): Promise<Contrast[]> {
  // It runs in the page, so that everything it needs is within it.
  return page.evaluate(() => {
    type Colour = readonly [number, number, number, number]
    const read = (text: string): Colour => {
      const [red = 0, green = 0, blue = 0, alpha = 1] = (text.match(/[\d.]+/g) ?? []).map(Number)
      return text === 'transparent' ? [0, 0, 0, 0] : [red, green, blue, alpha]
    }
    const over = (top: Colour, below: Colour): Colour => {
      const mix = (one: number, other: number) => one * top[3] + other * (1 - top[3])
      return [mix(top[0], below[0]), mix(top[1], below[1]), mix(top[2], below[2]), 1]
    }
    const luminance = (colour: Colour) => {
      const linear = colour.slice(0, 3).map((value) => {
        const share = value / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      }) as [number, number, number]
      return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }
    const ratioOf = (one: Colour, other: Colour) => {
      const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
      return (light + 0.05) / (dark + 0.05)
    }
    const groundOf = (element: Element | null): Colour => {
      if (!element)
        return read(
          getComputedStyle(document.documentElement).colorScheme === 'dark' ? 'rgb(0,0,0)' : 'rgb(255,255,255)',
        )
      const own = read(getComputedStyle(element).backgroundColor)
      return own[3] === 1 ? own : over(own, groundOf(element.parentElement))
    }
    const found: { what: string; ratio: number; least: number }[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement as Element
      const text = (node.textContent ?? '').trim()
      if (text === '' || !element.checkVisibility()) continue
      const style = getComputedStyle(element)
      const size = Number.parseFloat(style.fontSize)
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
      const ground = groundOf(element)
      const colour = over(read(element instanceof SVGElement ? style.fill : style.color), ground)
      found.push({ what: `text ${text.slice(0, 40)}`, ratio: ratioOf(colour, ground), least: large ? 3 : 4.5 })
    }
    for (const square of document.querySelectorAll('.square, .bar span')) {
      const style = getComputedStyle(square)
      const around = groundOf(square.parentElement)
      const fill = over(read(style.backgroundColor), around)
      const edge = over(read(style.borderTopColor), around)
      const best = Math.max(ratioOf(fill, around), ratioOf(edge, around))
      found.push({ what: `square ${square.className}`, ratio: best, least: 3 })
    }
    for (const line of document.querySelectorAll('svg .line')) {
      const around = groundOf(line.closest('svg'))
      const colour = read(getComputedStyle(line).stroke)
      found.push({ what: `line ${line.getAttribute('class')}`, ratio: ratioOf(colour, around), least: 3 })
    }
    return found
  })
}
