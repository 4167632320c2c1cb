import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Check, Library, Platform } from '../../core/check.ts'
import { templatesUsed } from '../templates-used.ts'
import { openEngines } from '../workbench.ts'
import type { MutationResult } from './find-survivors.ts'
import { type MutationTask, mutateOne } from './mutate-one.ts'

const THREAD = new URL(import.meta.url.endsWith('.ts') ? './mutate-worker.ts' : './mutate-worker.js', import.meta.url)
const MOST_THREADS = 8
/** Fewer definitions are done before threads have read the library. */
const MANY = 4

export interface MutateOptions {
  /** The folders that the library was read from. */
  readonly folders: readonly string[]
  readonly onProgress?: (done: number, of: number) => void
  /** As many as there are cores when absent; 0: none but this one. */
  readonly threads?: number
}

/** These checks, and the templates that they use; on one platform, if it is named. */
export function tasksOf(checks: readonly Check[], { templates }: Library, platform?: Platform): MutationTask[] {
  const used = [...new Set(checks.flatMap((check) => [...templatesUsed(check, templates)]))].sort()
  return [
    ...checks.map(({ id }): MutationTask => ({ kind: 'check', name: id, platform })),
    ...used.map((name): MutationTask => ({ kind: 'template', name, platform })),
  ]
}

/** Mutates checks and templates of a library, and tells what their tests do not notice. */
export async function mutateLibrary(
  library: Library,
  tasks: readonly MutationTask[],
  { folders, onProgress, threads = Math.min(availableParallelism(), MOST_THREADS) }: MutateOptions,
): Promise<MutationResult[]> {
  const results: MutationResult[] = []
  const keep = (result: MutationResult) => {
    results.push(result)
    onProgress?.(results.length, tasks.length)
  }
  // Templates take longest, since every check that uses them is tested.
  const queue = tasks.toReversed()
  if (threads === 0 || tasks.length < MANY) {
    const engineOf = await openEngines()
    for (const task of queue) keep(mutateOne(task, library, engineOf))
  } else {
    await Promise.all(Array.from({ length: threads }, () => work(folders, queue, keep)))
  }
  const orderOf = ({ kind, name }: MutationTask) => tasks.findIndex((task) => task.kind === kind && task.name === name)
  return results.sort((one, other) => orderOf(one) - orderOf(other))
}

/** One thread, which takes tasks from the queue until there are none. */
function work(
  folders: readonly string[],
  queue: MutationTask[],
  keep: (result: MutationResult) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(THREAD, { workerData: folders, execArgv: [] })
    const next = () => {
      const task = queue.shift()
      if (task) worker.postMessage(task)
      else {
        resolve()
        worker.terminate().catch(reject)
      }
    }
    worker.on('message', (result: MutationResult) => {
      keep(result)
      next()
    })
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`a thread of the mutation ended with code ${code}`)))
    next()
  })
}
