import { Argument, type Command } from 'commander'
import {
  CHECK_FILE_SCHEMA,
  FRAMEWORK_FILE_SCHEMA,
  PROFILE_FILE_SCHEMA,
  SUPPORT_FILE_SCHEMA,
  TEMPLATE_FILE_SCHEMA,
  WAIVER_FILE_SCHEMA,
} from '../app.ts'
import { EVENT_SCHEMA } from '../core/event-schema.ts'
import { openOutput } from './output.ts'
import { toJson } from './to-json.ts'

const SCHEMAS = {
  check: CHECK_FILE_SCHEMA,
  template: TEMPLATE_FILE_SCHEMA,
  framework: FRAMEWORK_FILE_SCHEMA,
  supports: SUPPORT_FILE_SCHEMA,
  profile: PROFILE_FILE_SCHEMA,
  waiver: WAIVER_FILE_SCHEMA,
  event: EVENT_SCHEMA,
} as const

export function addSchemaCommand(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of what you write, for your editor, or of the events that you get')
    .addArgument(
      new Argument('[what]', 'check, template, framework, supports, profile, waiver or event')
        .choices(Object.keys(SCHEMAS))
        .default('check'),
    )
    .action((what: keyof typeof SCHEMAS) => openOutput().write(toJson(SCHEMAS[what])))
}
