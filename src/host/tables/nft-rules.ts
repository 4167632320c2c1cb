import { TableError, type TableRow } from '../../sql/table.ts'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'

/** The rules of nftables, those of iptables-nft among them. Needs root. */
export const nftRules: HostTable = {
  name: 'nft_rules',
  generate: (_context, host) => host.once('nft', () => readRuleset(host, 2)),
}

interface Chain {
  readonly family: string
  readonly table: string
  readonly name: string
  readonly type?: string
  readonly hook?: string
  readonly prio?: number
  readonly policy?: string
}

interface Rule {
  readonly family: string
  readonly table: string
  readonly chain: string
  readonly handle: number
  readonly comment?: string
  readonly expr?: unknown
}

interface Ruleset {
  readonly nftables: readonly { readonly chain?: Chain; readonly rule?: Rule }[]
}

/** Structure comes from nft's JSON, and each rule's wording from its text; between the two somebody may change it. */
function readRuleset(host: Host, tries: number): TableRow[] {
  const objects = parseRuleset(host.run('nft', ['-s', '-j', '-a', 'list', 'ruleset']))
  const texts = readTexts(host.run('nft', ['-s', '-a', 'list', 'ruleset']))
  const rules = objects.flatMap(({ rule }) => (rule ? [rule] : []))
  if (rules.some((rule) => !texts.has(keyOf(rule)))) {
    if (tries > 1) return readRuleset(host, tries - 1)
    throw new TableError('the ruleset of nftables changed while it was read')
  }
  return objects.flatMap(({ chain }) => {
    if (!chain) return []
    const { family, table, name, type, hook, prio: priority, policy } = chain
    const base = { family, table_name: table, chain: name, type, hook, priority, policy }
    const own = rules.filter((rule) => rule.family === family && rule.table === table && rule.chain === name)
    if (own.length === 0) return [base]
    return own.map((rule) => ({
      ...base,
      handle: rule.handle,
      rule: texts.get(keyOf(rule)),
      comment: rule.comment,
      expression: JSON.stringify(rule.expr ?? []),
    }))
  })
}

function parseRuleset(json: string): Ruleset['nftables'] {
  try {
    return (JSON.parse(json) as Ruleset).nftables ?? []
  } catch (error) {
    throw new TableError('cannot understand the JSON of nft', { cause: error })
  }
}

function keyOf({ family, table, chain, handle }: Rule): string {
  return [family, table, chain, handle].join('\0')
}

/** Lines of a chain that are no rule: its hook, and what is said of it. */
const OF_CHAIN = /^(?:type \w+ hook \w+.*;|comment ".*")$/

/** The wording of each rule: what stands in a chain and ends with its handle, on one line or more. */
function readTexts(text: string): Map<string, string> {
  const texts = new Map<string, string>()
  let table: readonly string[] = []
  let chain: string | undefined
  let unfinished: string[] = []
  for (const line of text.split('\n')) {
    const [, family, name] = /^table (\S+) (\S+) \{/.exec(line) ?? []
    if (family !== undefined && name !== undefined) table = [family, name]
    else if (/^\t\}/.test(line)) chain = undefined
    else if (chain === undefined) chain = /^\tchain (\S+) \{/.exec(line)?.[1]
    else {
      unfinished.push(line.trim())
      const [, rule, handle] = /^(.*) # handle (\d+)$/s.exec(unfinished.join(' ')) ?? []
      if (rule !== undefined && handle !== undefined) texts.set([...table, chain, handle].join('\0'), rule)
      if (handle !== undefined || OF_CHAIN.test(line.trim())) unfinished = []
    }
  }
  return texts
}
