export { type AddedCheck, type AddRequest, addCheck } from './add-check.ts'
export { ADD_KINDS, type AddKind } from './kinds.ts'
