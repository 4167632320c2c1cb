import type { Template } from '../core/check.ts'
import { type BuildContext, buildPlatforms, buildSource, type Plain } from './build-clause.ts'
import type { ParamSpecs } from './param-spec.ts'

/** A template from values in which neither the schema nor the semantic rules found an error. */
export function buildTemplate(written: Plain, params: ParamSpecs, context: BuildContext): Template {
  return {
    name: written.template as string,
    ...(written.description !== undefined && { description: written.description as string }),
    ...buildSource(written.source),
    params,
    platforms: buildPlatforms(written.platforms as Plain, context),
    place: context.placeOf([]),
  }
}
