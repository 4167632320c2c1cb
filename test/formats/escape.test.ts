import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  forCsv,
  forJson,
  forMarkdown,
  forMarkdownBlock,
  forMarkdownCode,
  forTerminal,
  forXml,
} from '../../src/formats/escape.ts'
import { HOSTILE, hostileText } from './hostile-text.ts'
import { readCsv } from './read-csv.ts'
import { readXml } from './read-xml.ts'

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\u115f\u3164]/u

describe('forTerminal', () => {
  it('shows escape sequences, bidi overrides and zero-width characters instead of obeying them', () => {
    expect(forTerminal('\u001b[31mred')).toBe('␛[31mred')
    expect(forTerminal('a\u202eb\u200bc\u0000\u007f\u009b')).toBe('a\\u{202e}b\\u{200b}c␀␡\\u{9b}')
    expect(forTerminal('\u{e0041}\u3164\ud800')).toBe('\\u{e0041}\\u{3164}\\u{d800}')
  })

  it('turns newlines and tabs into spaces unless asked to keep them', () => {
    expect(forTerminal('a\r\nb\nc\td\re')).toBe('a b c d␍e')
    expect(forTerminal('a\r\nb\nc\td', { keepLines: true })).toBe('a\nb\nc\td')
  })

  it('leaves letters of any script, and emoji with a variation selector, alone', () => {
    for (const text of ['Größe ≥ 5 µm', '漢字', 'עברית', 'e\u0301', '⚠️', '👍']) expect(forTerminal(text)).toBe(text)
  })

  it('never lets an unseen character through, and changes nothing the second time', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(forTerminal(text)).not.toMatch(UNSEEN)
        expect(forTerminal(forTerminal(text))).toBe(forTerminal(text))
      }),
    )
  })
})

describe('forMarkdown', () => {
  it('leaves plain sentences readable', () => {
    expect(forMarkdown('Debian GNU/Linux 12 (bookworm), 3.5 GB - 10%')).toBe(
      'Debian GNU/Linux 12 (bookworm), 3.5 GB - 10%',
    )
  })

  it('lets nothing become a heading, list, mention, reference, entity or element', () => {
    expect(forMarkdown('# not a heading')).toBe('\\# not a heading')
    expect(forMarkdown('  - not an item')).toBe('\\- not an item')
    expect(forMarkdown('1. not an item')).toBe('1\\. not an item')
    expect(forMarkdown('@team see #12')).toBe('@&#8203;team see #&#8203;12')
    expect(forMarkdown('&lt;b&gt; <b>')).toBe('&amp;lt;b&amp;gt; &lt;b&gt;')
  })

  it('answers one line in which every special character is escaped', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const escaped = forMarkdown(text)
        expect(escaped).not.toMatch(UNSEEN)
        expect(escaped).not.toMatch(/[\n<>]/)
        expect(escaped.replace(/\\[!-/:-@[-`{-~]/g, 'x')).not.toMatch(/[\\`*_[\]|~$]|^[#+=-]|^\d+[.)]/)
      }),
    )
  })
})

describe('forMarkdownCode and forMarkdownBlock', () => {
  it('fence text with more backticks than it has', () => {
    expect(forMarkdownCode('plain')).toBe('`plain`')
    expect(forMarkdownCode('`a``b')).toBe('``` `a``b ```')
    expect(forMarkdownCode(' ')).toBe('')
    expect(forMarkdownBlock(['a', '```', 'b'])).toBe('````text\na\n```\nb\n````')
  })

  it('never hold their own fence', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const span = forMarkdownCode(text)
        const [fence = ''] = /^`*/.exec(span) ?? []
        if (span !== '') expect(span.match(/`+/g)?.filter((run) => run === fence)).toHaveLength(2)
        const block = forMarkdownBlock([text, text]).split('\n')
        expect(block).toHaveLength(4)
        expect(block.slice(1, -1).join('\n')).not.toContain(block.at(-1))
      }),
    )
  })
})

describe('forXml', () => {
  it('shows characters that XML 1.0 forbids, and escapes the rest exactly', () => {
    expect(forXml('\u0000\u001b\ufffe\ud800')).toBe('␀␛\\u{fffe}\\u{d800}')
    expect(forXml(`]]> & "a" 'b'\n`)).toBe(']]&gt; &amp; &quot;a&quot; &#39;b&#39;&#10;')
  })

  it('is read back by a parser as it was, in elements and in attributes', () => {
    const legal = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u
    fc.assert(
      fc.property(hostileText, (text) => {
        const read = readXml(`<a b="${forXml(text)}">${forXml(text)}</a>`)
        if (legal.test(text)) expect([read.text, read.attributes.b]).toEqual([text, text])
      }),
    )
  })
})

describe('forCsv', () => {
  it('disarms formulas and quotes what needs quotes', () => {
    expect(forCsv('=1+1')).toBe("'=1+1")
    expect(forCsv('-2,5')).toBe(`"'-2,5"`)
    expect(forCsv('\tx')).toBe("'\tx")
    expect(forCsv('＝1')).toBe("'＝1")
    expect(forCsv('say "yes"')).toBe('"say ""yes"""')
    expect(forCsv('a = b')).toBe('a = b')
  })

  it('is read back as the same cell, with no formula and no NUL', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const [cell = ''] = readCsv(`${forCsv(text)}\r\n`)[0] ?? []
        expect(cell).not.toMatch(/^[=+\-@\t\r\n]/)
        expect(cell).not.toContain('\u0000')
        const seen = !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u.test(
          text.replace(/[\t\r\n]/g, ''),
        )
        if (seen) expect([text, `'${text}`]).toContain(cell)
      }),
    )
  })
})

describe('forJson', () => {
  it('keeps every value and shows no unseen character', () => {
    expect(forJson('\u202e\u009b\u{e0041}')).toBe('"\\u202e\\u009b\\udb40\\udc41"')
    fc.assert(
      fc.property(fc.array(hostileText), (texts) => {
        const all = [...HOSTILE, ...texts]
        const text = forJson(all, 2)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(all)))
        expect(text.replaceAll('\n', '')).not.toMatch(UNSEEN)
      }),
    )
  })
})
