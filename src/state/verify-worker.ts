import { parentPort, workerData } from 'node:worker_threads'
import { type PartTask, verifyPart } from './verify-part.ts'

// One part of the ledger in a thread of its own: hashing keeps a core busy.
parentPort?.postMessage(verifyPart(workerData as PartTask))
