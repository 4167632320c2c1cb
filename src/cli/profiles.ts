import type { Command } from 'commander'
import { formatRows } from '../app.ts'
import { FORMATS, type FrameworkOptions, openFrameworks } from './open-frameworks.ts'
import { addLibraryOptions } from './options.ts'
import { toJson } from './to-json.ts'

export function addProfilesCommand(program: Command): void {
  const command = program.command('profiles').description('sets of checks with their parameters and severities')
  const addFormat = (each: Command) => addLibraryOptions(each.option('--format <format>', FORMATS.join(', ')))
  addFormat(command.command('list', { isDefault: true }).description('list the profiles')).action(list)
  addFormat(
    command
      .command('show')
      .description('show the checks that a profile comes to, and why each is in it or not')
      .argument('<profile>', 'such as workstation'),
  ).action(show)
}

async function list(options: FrameworkOptions): Promise<void> {
  const { format, library, app, opened, output, width } = await openFrameworks(options)
  const resolved = opened.profiles.map(({ id }) => app.resolveNamed(id, opened, library))
  if (format === 'json') {
    const entries = resolved.map(({ profile, framework, checks }) => {
      return { id: profile.id, title: profile.title, framework: framework ?? null, checks: checks.length }
    })
    output.write(toJson(entries))
    return
  }
  const rows = resolved.map(({ profile, framework = '', checks }) => {
    return [profile.id, String(checks.length), framework, profile.title]
  })
  const heading = ['profile', 'checks', 'framework', 'title']
  output.write(formatRows(format, heading, rows, width))
}

async function show(name: string, options: FrameworkOptions): Promise<void> {
  const { format, library, app, opened, output, width } = await openFrameworks(options)
  const resolved = app.resolveNamed(name, opened, library)
  if (format === 'json') {
    const { profile, framework = null, checks, excluded, params } = resolved
    const { id, title, description = null } = profile
    output.write(toJson({ id, title, description, extends: profile.extends, framework, checks, excluded, params }))
    return
  }
  const { heading, rows } = app.profileRows(resolved)
  output.write(formatRows(format, heading, rows, width))
  const { checks, excluded } = resolved
  output.note(`${checks.length} ${checks.length === 1 ? 'check' : 'checks'}, ${excluded.length} left out\n`)
}
