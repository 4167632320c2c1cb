export {
  coverageRows,
  describeTally,
  frameworkRows,
  MEASURE_WORDS,
  profileRows,
  requirementRows,
  STATUS_WORDS,
  showScore,
} from '../../formats/framework-rows.ts'
export { factsOfAsset, factsOfRun } from './framework-facts.ts'
export { type MigratedFile, migrateFiles, toCarryOver, writeMigrated } from './migrate-files.ts'
export { type Narrowing, narrowChecks, resolveNamed } from './narrow-checks.ts'
export {
  type FrameworkLibrary,
  findFramework,
  findProfile,
  openFrameworks,
  requireSoundFrameworks,
} from './open-frameworks.ts'
