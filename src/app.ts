/** The wiring: everything the command line stands on, and nothing below it joins these parts. */
export type { Diagnosis } from './app/doctor.ts'
export type { VerifiedArchive, VerifiedLedger } from './app/ledger.ts'
export {
  BUILT_IN,
  ContentError,
  diagnosticsFor,
  foldersOf,
  openLibrary,
  requireSound,
  selectFrom,
} from './app/library.ts'
export type { MutationReport } from './app/mutate/index.ts'
export type { Opened } from './app/open-source.ts'
export { describeParamData } from './app/param-data.ts'
export { MissingParamError, paramsOf, requireKnownParams } from './app/params.ts'
export type { Workbench } from './app/workbench.ts'
export { FRAMEWORK_FILE_SCHEMA, SUPPORT_FILE_SCHEMA } from './content/framework-schema.ts'
export { PROFILE_FILE_SCHEMA } from './content/profile-schema.ts'
export { CHECK_FILE_SCHEMA, TEMPLATE_FILE_SCHEMA } from './content/schema.ts'
export { WAIVER_FILE_SCHEMA } from './content/waiver-schema.ts'
export { formatDiagnostics } from './formats/diagnostics.ts'
export { formatRows, ROW_FORMATS } from './formats/format-rows.ts'
export { FORMAT_NAMES, type FormatName, REPORT_FORMATS } from './formats/index.ts'
export { formatLauncher } from './formats/launcher.ts'
export { createPaint } from './formats/paint.ts'
export { formatService, SERVICE_KINDS, type ServiceKind } from './formats/service-definition.ts'
export { formatDead, formatSinks } from './formats/sinks-table.ts'
export { formatWatchStatus, type WatchStatus } from './formats/watch-status.ts'
export * from './memory.ts'
export { planBatches } from './sql/batch.ts'
export { createUuidOf } from './state/uuid-of.ts'

// What takes long to load (SQLite in WebAssembly, the compiler, Thrift) is loaded when it is called: commands that only
// read what is remembered need none of it.
export const diagnose: typeof import('./app/doctor.ts').diagnose = async (...args) =>
  (await import('./app/doctor.ts')).diagnose(...args)
export const listTables: typeof import('./app/run-checks.ts').listTables = async (...args) =>
  (await import('./app/run-checks.ts')).listTables(...args)
export const loadAdd = () => import('./app/add/index.ts')
export const loadDelivery = () => import('./app/delivery/index.ts')
export const loadExchange = () => import('./app/exchange/index.ts')
export const loadMutation = () => import('./app/mutate/index.ts')
export const loadFrameworks = () => import('./app/frameworks/index.ts')
export const loadReports = () => import('./app/reports/index.ts')
export const loadMaintenance = () => import('./app/ledger.ts')
export const loadParamKeys = () => import('./app/param-keys.ts')
export const loadWatch = () => import('./app/watch/index.ts')
export const openSource: typeof import('./app/open-source.ts').openSource = async (...args) =>
  (await import('./app/open-source.ts')).openSource(...args)
export const openWorkbench: typeof import('./app/workbench.ts').openWorkbench = async (...args) =>
  (await import('./app/workbench.ts')).openWorkbench(...args)
export const rememberRun: typeof import('./app/remember-run.ts').rememberRun = async (...args) =>
  (await import('./app/remember-run.ts')).rememberRun(...args)
export const runChecks: typeof import('./app/run-checks.ts').runChecks = async (...args) =>
  (await import('./app/run-checks.ts')).runChecks(...args)
export const runWithState: typeof import('./app/run-with-state.ts').runWithState = async (...args) =>
  (await import('./app/run-with-state.ts')).runWithState(...args)
export const serveExtension: typeof import('./app/serve-extension.ts').serveExtension = async (...args) =>
  (await import('./app/serve-extension.ts')).serveExtension(...args)
export const serveEngine: typeof import('./app/serve-engine.ts').serveEngine = async (...args) =>
  (await import('./app/serve-engine.ts')).serveEngine(...args)
