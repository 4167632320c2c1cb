import type { Check, Library } from '../../core/check.ts'
import type { CheckFinding, FrameworkFacts } from '../../core/evaluate-framework.ts'
import type { RunReport } from '../../core/report.ts'
import type { KnownAsset, Store } from '../../core/store.ts'
import type { Verdict } from '../../core/verdict.ts'

/** What a run found. A check that it left out was not asked. */
export function factsOfRun({ asset, results }: RunReport, library: Library): Pick<FrameworkFacts, 'verdictOf'> {
  return factsOf(library, asset.platform, new Map(results.map(({ check, verdict }) => [check, verdict])))
}

/** What is known of an asset now. */
export async function factsOfAsset(
  store: Store,
  asset: KnownAsset,
  library: Library,
  now: number,
): Promise<Pick<FrameworkFacts, 'verdictOf'>> {
  const known = await store.posture(asset, { at: now, now })
  return factsOf(library, asset.platform, new Map(known.map(({ check, verdict }) => [check, verdict])))
}

function factsOf(
  library: Library,
  platform: string,
  verdicts: ReadonlyMap<string, Verdict>,
): Pick<FrameworkFacts, 'verdictOf'> {
  const checks = new Map(library.checks.map((check) => [check.id, check]))
  return {
    verdictOf: (id): CheckFinding | undefined => {
      const check = checks.get(id)
      if (!check || !speaksOf(check, platform)) return undefined
      return { verdict: verdicts.get(id) ?? null, severity: check.severity }
    },
  }
}

function speaksOf({ platforms }: Check, platform: string): boolean {
  return Object.hasOwn(platforms, platform)
}
