import { Command } from 'commander'

type AddCommand = (program: Command, version: string) => Promise<void>

// Each is loaded when it is asked for: all of them take longer to load than most take to run.
const COMMANDS: Readonly<Record<string, AddCommand>> = {
  run: async (program) => (await import('./run.ts')).addRunCommand(program),
  watch: async (program) => (await import('./watch.ts')).addWatchCommand(program),
  status: async (program) => (await import('./status.ts')).addStatusCommand(program),
  events: async (program) => (await import('./events.ts')).addEventsCommand(program),
  history: async (program) => (await import('./history.ts')).addHistoryCommand(program),
  posture: async (program) => (await import('./posture.ts')).addPostureCommand(program),
  report: async (program) => (await import('./report.ts')).addReportCommand(program),
  diff: async (program) => (await import('./diff.ts')).addDiffCommand(program),
  assets: async (program) => (await import('./assets.ts')).addAssetsCommand(program),
  emit: async (program) => (await import('./emit.ts')).addEmitCommand(program),
  sinks: async (program) => {
    const { describeSinkKinds } = await import('./help-sinks.ts')
    // Commander wants its texts at once.
    const help = await describeSinkKinds()
    ;(await import('./sinks.ts')).addSinksCommand(program, help)
  },
  filters: async (program) => (await import('./filters.ts')).addFiltersCommand(program),
  alarms: async (program) => (await import('./alarms.ts')).addAlarmsCommand(program),
  list: async (program) => (await import('./list.ts')).addListCommand(program),
  show: async (program) => (await import('./show.ts')).addShowCommand(program),
  frameworks: async (program) => (await import('./frameworks.ts')).addFrameworksCommand(program),
  profiles: async (program) => (await import('./profiles.ts')).addProfilesCommand(program),
  waive: async (program) => (await import('./waive.ts')).addWaiveCommand(program),
  attest: async (program) => (await import('./attest.ts')).addAttestCommand(program),
  init: async (program) => (await import('./init.ts')).addInitCommand(program),
  lint: async (program) => (await import('./lint.ts')).addLintCommand(program),
  test: async (program) => (await import('./test.ts')).addTestCommand(program),
  add: async (program) => (await import('./add.ts')).addAddCommand(program),
  import: async (program) => (await import('./import.ts')).addImportCommand(program),
  export: async (program) => (await import('./export.ts')).addExportCommand(program),
  params: async (program) => (await import('./params.ts')).addParamsCommand(program),
  compile: async (program) => (await import('./compile.ts')).addCompileCommand(program),
  schema: async (program) => (await import('./schema.ts')).addSchemaCommand(program),
  doctor: async (program) => (await import('./doctor.ts')).addDoctorCommand(program),
  engine: async (program) => (await import('./engine.ts')).addEngineCommand(program),
  extension: async (program, version) => (await import('./extension.ts')).addExtensionCommand(program, version),
  ledger: async (program) => (await import('./ledger.ts')).addLedgerCommand(program),
  backup: async (program) => (await import('./backup.ts')).addBackupCommand(program),
  restore: async (program) => (await import('./restore.ts')).addRestoreCommand(program),
}

/** The command line; of its commands only the one that `args` begin with, or all of them when they begin otherwise. */
export async function buildProgram(version: string, args: readonly string[] = []): Promise<Command> {
  const program = new Command('checks')
    .description('Is this machine in the state we promised? Compliance checks in YAML, run on osquery.')
    .version(version)
    .showSuggestionAfterError()
    .showHelpAfterError('  hint: checks --help')
    .exitOverride()
    .addHelpText(
      'after',
      `
Exit codes:
  0  everything passes
  1  something fails (with --strict: or warns)
  2  something could not be judged
  3  wrong usage, configuration or checks

Start with: checks run`,
    )
  const [name = ''] = args
  const meant = Object.hasOwn(COMMANDS, name) ? [name] : Object.keys(COMMANDS)
  for (const each of meant) await COMMANDS[each]?.(program, version)
  for (const command of program.commands)
    command.exitOverride().showHelpAfterError('  hint: checks help').showSuggestionAfterError()
  return program
}
