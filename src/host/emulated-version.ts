/** The osquery whose answers the embedded engine gives. */
export const EMULATED_OSQUERY_VERSION = '5.23.0'
