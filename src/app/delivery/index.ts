export { COMMON_OPTIONS } from '../../delivery/read-sinks.ts'
export { SINK_KINDS } from '../../delivery/sink-kinds.ts'
export { namesOfSinks, readConfiguredSinks, SinksError } from './configured-sinks.ts'
export {
  addAlarm,
  addFilter,
  type DeadLetter,
  readDeadLetters,
  readFilterSet,
  readSinkReports,
  removeAlarm,
  removeFilter,
  type SinkAct,
  type SinkReport,
  steerSink,
} from './steer-delivery.ts'
export { testSink } from './test-sink.ts'
