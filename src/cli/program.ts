import { Command } from 'commander'
import { addAlarmsCommand } from './alarms.ts'
import { addAssetsCommand } from './assets.ts'
import { addBackupCommand } from './backup.ts'
import { addCompileCommand } from './compile.ts'
import { addDoctorCommand } from './doctor.ts'
import { addEmitCommand } from './emit.ts'
import { addEngineCommand } from './engine.ts'
import { addEventsCommand } from './events.ts'
import { addExtensionCommand } from './extension.ts'
import { addFiltersCommand } from './filters.ts'
import { describeSinkKinds } from './help-sinks.ts'
import { addHistoryCommand } from './history.ts'
import { addInitCommand } from './init.ts'
import { addLedgerCommand } from './ledger.ts'
import { addLintCommand } from './lint.ts'
import { addListCommand } from './list.ts'
import { addPostureCommand } from './posture.ts'
import { addRestoreCommand } from './restore.ts'
import { addRunCommand } from './run.ts'
import { addSchemaCommand } from './schema.ts'
import { addShowCommand } from './show.ts'
import { addSinksCommand } from './sinks.ts'
import { addStatusCommand } from './status.ts'
import { addTestCommand } from './test.ts'
import { addWatchCommand } from './watch.ts'

/** The command line with all its commands; `args` are what it is going to read. */
export async function buildProgram(version: string, args: readonly string[] = []): Promise<Command> {
  // The kinds of sinks take long to load, and commander wants its texts at once.
  const sinkHelp = args.includes('sinks') ? await describeSinkKinds() : ''
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
  addRunCommand(program)
  addWatchCommand(program)
  addStatusCommand(program)
  addEventsCommand(program)
  addHistoryCommand(program)
  addPostureCommand(program)
  addAssetsCommand(program)
  addEmitCommand(program)
  addSinksCommand(program, sinkHelp)
  addFiltersCommand(program)
  addAlarmsCommand(program)
  addListCommand(program)
  addShowCommand(program)
  addInitCommand(program)
  addLintCommand(program)
  addTestCommand(program)
  addCompileCommand(program)
  addSchemaCommand(program)
  addDoctorCommand(program)
  addEngineCommand(program)
  addExtensionCommand(program, version)
  addLedgerCommand(program)
  addBackupCommand(program)
  addRestoreCommand(program)
  for (const command of program.commands)
    command.exitOverride().showHelpAfterError('  hint: checks help').showSuggestionAfterError()
  return program
}
