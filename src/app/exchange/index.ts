export {
  IMPORT_FORMATS,
  type Import,
  type ImportedCheck,
  type ImportFormat,
  importChecks,
} from './import-checks.ts'
export { writeNewFiles } from './write-new-files.ts'
