/** The wiring: everything the command line stands on, and nothing below it joins these parts. */
export { type Diagnosis, diagnose } from './app/doctor.ts'
export {
  BUILT_IN,
  ContentError,
  diagnosticsFor,
  openLibrary,
  requireSound,
  selectFrom,
} from './app/library.ts'
export { type Opened, openSource } from './app/open-source.ts'
export { MissingParamError, paramsOf, requireKnownParams } from './app/params.ts'
export { rememberRun } from './app/remember-run.ts'
export { runChecks } from './app/run-checks.ts'
export { runWithState } from './app/run-with-state.ts'
export { chooseAsset, isOptional, openState } from './app/state.ts'
export { openWorkbench, type Workbench } from './app/workbench.ts'
export { CHECK_FILE_SCHEMA, TEMPLATE_FILE_SCHEMA } from './content/schema.ts'
export { formatColumns } from './formats/columns.ts'
export { formatDiagnostics } from './formats/diagnostics.ts'
export { forJson, forTerminal } from './formats/escape.ts'
export { FORMAT_NAMES, type FormatName, REPORT_FORMATS } from './formats/index.ts'
export { createPaint } from './formats/paint.ts'
export { planBatches } from './sql/batch.ts'

/** Serves the embedded engine on an extension socket. Loaded when it is called: nothing else needs its Thrift server. */
export const serveEngine: typeof import('./app/serve-engine.ts').serveEngine = async (...args) =>
  (await import('./app/serve-engine.ts')).serveEngine(...args)
