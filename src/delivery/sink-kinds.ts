import type { SinkKind } from '../core/sink.ts'
import { elasticSink } from './sinks/elastic.ts'
import { emailSink } from './sinks/email.ts'
import { execSink } from './sinks/exec.ts'
import { fileSink } from './sinks/file.ts'
import { slackSink } from './sinks/slack.ts'
import { splunkSink } from './sinks/splunk.ts'
import { stdoutSink } from './sinks/stdout.ts'
import { syslogSink } from './sinks/syslog.ts'
import { webhookSink } from './sinks/webhook.ts'

const KINDS = [fileSink, stdoutSink, webhookSink, syslogSink, slackSink, emailSink, execSink, splunkSink, elasticSink]

/** Every kind of sink, by its type. */
export const SINK_KINDS: Readonly<Record<string, SinkKind>> = Object.fromEntries(KINDS.map((kind) => [kind.type, kind]))
