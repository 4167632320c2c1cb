export { EXPORT_FORMATS, type Export, type ExportFormat, exportChecks } from './export-checks.ts'
export {
  IMPORT_FORMATS,
  type Import,
  type ImportedCheck,
  type ImportFormat,
  importChecks,
} from './import-checks.ts'
export { type NewFile, writeNewFiles } from './write-new-files.ts'
