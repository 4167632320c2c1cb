import type { Command } from 'commander'
import { formatColumns, formatRows } from '../app.ts'
import { type Coverage, findGaps, measureCoverage } from '../core/framework-coverage.ts'
import { addMigrateCommand } from './frameworks-migrate.ts'
import { addShowFrameworkCommand, toRequirementJson } from './frameworks-show.ts'
import { FORMATS, type FrameworkOptions, openFrameworks } from './open-frameworks.ts'
import { addLibraryOptions } from './options.ts'
import { toJson } from './to-json.ts'

export function addFrameworksCommand(program: Command): void {
  const command = program
    .command('frameworks')
    .description('lists of requirements, and how far the checks can tell whether they are met')
  const addFormat = (each: Command) => addLibraryOptions(each.option('--format <format>', FORMATS.join(', ')))
  addFormat(command.command('list', { isDefault: true }).description('list the frameworks')).action(list)
  addShowFrameworkCommand(command)
  addFormat(
    command
      .command('coverage')
      .description('how much of each family is measured, and by how many checks')
      .argument('<framework>', 'such as nist-800-53@5'),
  ).action(showCoverage)
  addFormat(
    command
      .command('gaps')
      .description('requirements that no check supports, and checks that support no requirement')
      .argument('<framework>', 'such as nist-800-53@5'),
  ).action(showGaps)
  addMigrateCommand(command)
}

async function list(options: FrameworkOptions): Promise<void> {
  const { format, app, opened, output, width } = await openFrameworks(options)
  const { frameworks } = opened
  if (format === 'json') {
    const entries = frameworks.map(({ id, version, title, publisher, source, licence, titles, partial, ...more }) => {
      const coverage = toCoverageJson(
        measureCoverage({ id, version, title, publisher, source, licence, titles, ...more }),
      )
      return { id, version, title, publisher, source, licence, titles, partial: partial ?? null, ...coverage }
    })
    output.write(toJson(entries))
    return
  }
  const { heading, rows } = app.frameworkRows(frameworks)
  output.write(formatRows(format, heading, rows, width))
  if (frameworks.some(({ partial }) => partial !== undefined)) {
    output.note('a list that is only partial is never scored; checks frameworks show FRAMEWORK tells why it is\n')
  }
}

async function showCoverage(name: string, options: FrameworkOptions): Promise<void> {
  const { format, app, opened, output, width } = await openFrameworks(options)
  const coverage = measureCoverage(app.findFramework(opened.frameworks, name))
  if (format === 'json') {
    const groups = coverage.groups.map(({ requirement, ...group }) => {
      return { id: requirement.id, title: requirement.title ?? null, ...toCoverageJson(group) }
    })
    output.write(toJson({ ...toCoverageJson(coverage), groups }))
    return
  }
  const { heading, rows } = app.coverageRows(coverage)
  output.write(formatRows(format, heading, rows, width))
}

async function showGaps(name: string, options: FrameworkOptions): Promise<void> {
  const { format, library, app, opened, output, width } = await openFrameworks(options)
  const framework = app.findFramework(opened.frameworks, name)
  const gaps = findGaps(
    framework,
    library.checks.map(({ id }) => id),
  )
  if (format === 'json') {
    output.write(toJson({ requirements: gaps.requirements.map(toRequirementJson), checks: gaps.checks }))
    return
  }
  const rows = [
    ...gaps.requirements.map(({ id, measure, title = '' }) => ['requirement', id, app.MEASURE_WORDS[measure], title]),
    ...gaps.checks.map((id) => ['check', id, '', library.checks.find((check) => check.id === id)?.title ?? '']),
  ]
  output.write(formatRows(format, ['what', 'id', 'measure', 'title'], rows, width))
  output.note(
    formatColumns([
      [String(gaps.requirements.length), 'requirements without a check'],
      [String(gaps.checks.length), 'checks that support none of this framework'],
    ]),
  )
}

function toCoverageJson({ requirements, measures, checks }: Coverage) {
  return { requirements, measures, checks }
}
