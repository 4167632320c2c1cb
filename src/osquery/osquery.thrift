// The part of osquery's extension protocol that we speak, written from the bytes on its socket.
// gen/README.md says how the code is generated from this.

typedef map<string, string> Row
typedef list<Row> Rows
typedef i64 Uuid

// code 0 is success; uuid is 0 for the manager itself.
struct ExtensionStatus {
  1: i32 code
  2: string message
  3: Uuid uuid
}

struct ExtensionResponse {
  1: ExtensionStatus status
  2: Rows response
}

struct InternalOptionInfo {
  1: string value
  2: string default_value
  3: string type
}

struct InternalExtensionInfo {
  1: string name
  2: string version
  3: string sdk_version
  4: string min_sdk_version
}

// What an extension serves on <manager's socket>.<uuid>.
service Extension {
  ExtensionStatus ping()
  ExtensionResponse call(1: string registry, 2: string item, 3: Row request)
  void shutdown()
}

// What osquery serves on its own socket.
service ExtensionManager extends Extension {
  map<Uuid, InternalExtensionInfo> extensions()
  map<string, InternalOptionInfo> options()
  // Registry (such as "table") -> plugin -> its description.
  ExtensionStatus registerExtension(1: InternalExtensionInfo info, 2: map<string, map<string, Rows>> registry)
  ExtensionStatus deregisterExtension(1: Uuid uuid)
  ExtensionResponse query(1: string sql)
  ExtensionResponse getQueryColumns(1: string sql)
}
