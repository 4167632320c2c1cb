import { EXIT, KeelsonError, messageOf } from '../../core/errors.ts'
import { formatDiagnostics } from '../../formats/diagnostics.ts'
import { ContentError, foldersOf } from '../library.ts'
import { rememberParamData } from '../param-data.ts'
import { type OpenedState, openState } from '../state.ts'
import { openWorkbench } from '../workbench.ts'
import { type Content, packContent, readContent } from './content.ts'
import { Evaluation } from './evaluation.ts'
import type { EvaluationOrder, Outcome, Progress } from './protocol.ts'

export interface EvaluateTools {
  readonly clock: () => number
  readonly tell: (progress: Progress) => void
}

/** Evaluates what is due, and commits what it finds. Never rejects: what went wrong is in the outcome. */
export async function evaluate(order: EvaluationOrder, { clock, tell }: EvaluateTools): Promise<Outcome> {
  let content: Content
  try {
    content = readContent(order)
  } catch (error) {
    return { kind: 'unsound', ...toProblem(error) }
  }
  let state: OpenedState | undefined
  try {
    const { config, library } = content
    const onWait = (holder: number | undefined) => tell({ kind: 'waiting', holder })
    state = await openState(config, { clock, create: true, onWait })
    const unremembered = await rememberParamData(config, clock())
    const workbench = await openWorkbench(config, library)
    const evaluation = new Evaluation(order, { ...content, workbench, store: state.store, clock, tell })
    const evaluated = await evaluation.run()
    return {
      ...evaluated,
      ...(order.content ? {} : { content: packContent(content), folders: foldersOf(config) }),
      warnings: [...state.warnings, ...(unremembered ? [unremembered] : []), ...evaluated.warnings],
    }
  } catch (error) {
    // A check that cannot be compiled is found when it is to be asked.
    if (error instanceof ContentError) return { kind: 'unsound', ...toProblem(error) }
    const recovered = await state?.recover(error).catch(() => undefined)
    await recovered?.close()
    const [warning] = recovered?.warnings ?? []
    return { kind: 'failed', ...toProblem(error), ...(warning ? { hint: warning } : {}) }
  } finally {
    await state?.close().catch(() => {})
  }
}

function toProblem(error: unknown) {
  if (error instanceof ContentError) {
    const listed = formatDiagnostics(error.diagnostics, { color: false }).trimEnd()
    return { message: `${error.message}\n${listed}`, hint: error.hint }
  }
  const hint = error instanceof KeelsonError ? error.hint : undefined
  const unforeseen = error instanceof KeelsonError && error.exit !== EXIT.ok ? '' : 'this should not have happened: '
  return { message: `${unforeseen}${messageOf(error)}`, hint }
}
