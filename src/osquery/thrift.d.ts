/** The little of the `thrift` package that we use; it carries no types of its own. */
declare module 'thrift' {
  export interface Int64 {
    readonly buffer: Uint8Array
    toNumber(allowImprecise?: boolean): number
  }

  /** What TBinaryProtocol asks of a transport. */
  export interface Transport {
    read(length: number): Buffer
    readByte(): number
    readI16(): number
    readI32(): number
    readDouble(): number
    readString(length: number): string
    write(bytes: Buffer): void
    flush(): void
    setCurrSeqId(seqid: number): void
  }

  export interface Protocol {
    writeMessageBegin(name: string, type: number, seqid: number): void
    writeMessageEnd(): void
    writeFieldBegin(name: string, type: number, id: number): void
    writeFieldStop(): void
    writeMapBegin(keyType: number, valueType: number, size: number): void
    writeListBegin(elementType: number, size: number): void
    writeI32(value: number): void
    writeI64(value: number | Int64): void
    writeString(value: string): void
    readMessageBegin(): { fname: string | Buffer; mtype: number; rseqid: number }
    readFieldBegin(): { ftype: number; fid: number }
    readMapBegin(): { ktype: number; vtype: number; size: number }
    readListBegin(): { etype: number; size: number }
    readI32(): number
    readI64(): Int64
    readString(): string
    skip(type: number): void
  }

  interface ApplicationException {
    message: string | undefined
    type: number
    read(input: Protocol): void
  }

  const thrift: {
    readonly Int64: new (value: number) => Int64
    readonly TBinaryProtocol: new (transport: Transport, strictRead?: boolean, strictWrite?: boolean) => Protocol
    readonly TBufferedTransport: {
      receiver(
        callback: (transport: Transport & { commitPosition(): void; rollbackPosition(): void }) => void,
      ): (data: Buffer) => void
    }
    readonly InputBufferUnderrunError: new () => Error
    readonly Thrift: {
      readonly Type: Readonly<Record<'STOP' | 'I32' | 'I64' | 'STRING' | 'STRUCT' | 'MAP' | 'LIST', number>>
      readonly MessageType: Readonly<Record<'CALL' | 'REPLY' | 'EXCEPTION' | 'ONEWAY', number>>
      readonly TApplicationException: new () => ApplicationException
    }
  }
  export default thrift
}
