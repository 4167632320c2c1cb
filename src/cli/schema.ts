import { Argument, type Command } from 'commander'
import { CHECK_FILE_SCHEMA, TEMPLATE_FILE_SCHEMA } from '../app.ts'
import { openOutput } from './output.ts'
import { toJson } from './to-json.ts'

const SCHEMAS = { check: CHECK_FILE_SCHEMA, template: TEMPLATE_FILE_SCHEMA } as const

export function addSchemaCommand(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of what you write, for your editor')
    .addArgument(new Argument('[what]', 'check or template').choices(Object.keys(SCHEMAS)).default('check'))
    .action((what: keyof typeof SCHEMAS) => openOutput().write(toJson(SCHEMAS[what])))
}
