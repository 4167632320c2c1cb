import { parentPort, workerData } from 'node:worker_threads'
import { loadLibrary } from '../../content/load.ts'
import { openEngines } from '../workbench.ts'
import { type MutationTask, mutateOne } from './mutate-one.ts'

// SQLite keeps a core busy: each thread has its own, and asks for the next task when it is done with one.
const library = loadLibrary(workerData as string[])
const engineOf = await openEngines()
parentPort?.on('message', (task: MutationTask) => {
  parentPort?.postMessage(mutateOne(task, library, engineOf))
})
