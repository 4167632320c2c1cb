export { factsOfAsset, factsOfRun } from './framework-facts.ts'
export { type Narrowing, narrowChecks, resolveNamed } from './narrow-checks.ts'
export {
  type FrameworkLibrary,
  findFramework,
  findProfile,
  openFrameworks,
  requireSoundFrameworks,
} from './open-frameworks.ts'
