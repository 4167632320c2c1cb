/** The wiring of what asks and tells the state. It loads neither checks nor SQL, so that such commands answer at once. */
export { readUserName, setAsset } from './app/assets.ts'
export { type EmitRequest, emitEvents, readRequests } from './app/emit.ts'
export { readHistory } from './app/history.ts'
export { readPastMoment, readPosture } from './app/posture.ts'
export { followEvents, readEvents, toEventQuery } from './app/read-events.ts'
export { chooseAsset, isOptional, openState } from './app/state.ts'
export { formatAssets } from './formats/assets-table.ts'
export { formatColumns } from './formats/columns.ts'
export { forJson, forTerminal } from './formats/escape.ts'
export type { EventContext } from './formats/event-facts.ts'
export { formatEvents, toEvents } from './formats/events-table.ts'
export { formatHistory, formatHistoryHeading } from './formats/history-table.ts'
export { toAssetJson, toHistoryJson, toPostureJson } from './formats/posture-json.ts'
export { formatPosture } from './formats/posture-table.ts'
export { describeNothing, formatStatus } from './formats/status-table.ts'

/** A table of assets is read with what reads checks. */
export const importAssets: typeof import('./app/import-assets.ts').importAssets = async (...args) =>
  (await import('./app/import-assets.ts')).importAssets(...args)

/** What each standard says of an event takes long to load, and most commands print none. */
export const loadEventFormats = async () => (await import('./formats/event-formats.ts')).EVENT_FORMATS

/** Files of waivers are read with what reads checks. */
export const loadWaivers = () => import('./app/waivers/index.ts')
