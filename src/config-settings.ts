import type { SourceChoice } from './config-values.ts'
import type { Effect } from './core/check.ts'
import type { ParamSource } from './core/param-source.ts'
import type { WrittenSection } from './core/written-section.ts'

/** What a user may set: defaults < keelson.yaml < environment < command line. */
export interface Config {
  /** Folders of checks, later ones replacing what has the same id. */
  readonly checks: readonly string[]
  /** Whether the built-in library comes before `checks`. */
  readonly library: boolean
  /** Folders of frameworks and of profiles, later ones replacing what is called the same. */
  readonly frameworks: readonly string[]
  readonly profiles: readonly string[]
  /** Folders of waivers and attestations. */
  readonly waivers: readonly string[]
  /** Milliseconds before the end of a waiver or an attestation that it is told of. */
  readonly expiryNotice: number
  /** Milliseconds; a waiver or an attestation that holds longer is worth a warning. */
  readonly longestWaiver: number
  /** Files of titles for frameworks whose own may not be shown. */
  readonly frameworkTitles: readonly string[]
  /** Parameters by check id, as written; text where they come from the command line. */
  readonly params: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly textParams: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Signed files that some parameters come from. */
  readonly paramData: readonly ParamSource[]
  /** Effects that checks may have. */
  readonly effects: readonly Effect[]
  /** The oldest osquery that checks must run on, for lint. */
  readonly osqueryVersion: string
  /** Whether every osquery that checks must run on has our extension, for lint. */
  readonly extension: boolean
  readonly source: SourceChoice
  readonly socket: string | undefined
  /** Milliseconds for one query. */
  readonly timeout: number
  readonly strict: boolean
  /** Where verdicts are remembered; undefined: in the usual place; false: nowhere. */
  readonly state: string | false | undefined
  /** When checks that say nothing of it are due. */
  readonly schedule: string
  /** Where `checks watch` serves metrics: an address of loopback with a port; undefined: nowhere. */
  readonly metrics: string | undefined
  /** Where events are delivered to, as written: it is read by whoever delivers, who has the secrets that it names. */
  readonly sinks: WrittenSection | undefined
  /** The file that was read, if any. */
  readonly file: string | undefined
}

/** Settings from the command line; absent ones are left to the rest. */
export interface Flags {
  readonly config?: string | undefined
  readonly checks?: readonly string[] | undefined
  readonly library?: boolean | undefined
  readonly param?: readonly string[] | undefined
  readonly source?: string | undefined
  readonly socket?: string | undefined
  readonly timeout?: string | undefined
  readonly strict?: boolean | undefined
  /** False for --no-state; commander gives true when nothing was said. */
  readonly state?: string | boolean | undefined
  readonly metrics?: string | undefined
}

export const DEFAULTS: Config = {
  checks: [],
  library: true,
  frameworks: [],
  profiles: [],
  waivers: [],
  expiryNotice: 14 * 86_400_000,
  longestWaiver: 366 * 86_400_000,
  frameworkTitles: [],
  params: {},
  textParams: {},
  paramData: [],
  effects: [],
  osqueryVersion: '5.12.1',
  extension: false,
  source: 'auto',
  socket: undefined,
  timeout: 30_000,
  strict: false,
  state: undefined,
  schedule: '1d',
  metrics: undefined,
  sinks: undefined,
  file: undefined,
}

/** Settings for programs: the defaults and what is given, without files and environment. */
export function makeConfig(given: Partial<Config>): Config {
  return Object.freeze({ ...DEFAULTS, ...given })
}
