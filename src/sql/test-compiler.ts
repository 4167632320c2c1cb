import type { Check, CheckTest, Template } from '../core/check.ts'
import type { CompiledCheck } from '../core/compiled.ts'
import { compileCheck } from './compile.ts'
import type { ParamValues } from './expand.ts'
import type { SchemaEngine } from './schema-engine.ts'
import type { GateOptions } from './table-gates.ts'

const NEVER = 'SELECT 1 WHERE 0'

/** The gates as a test sets them: root and console user are given, and tables are what `given` says. */
export function testGates({ root, consoleUser }: Pick<CheckTest, 'root' | 'consoleUser'>): GateOptions {
  return {
    rootGates: root ? undefined : { darwin: NEVER, linux: NEVER, windows: NEVER },
    consoleUserGate: consoleUser ? undefined : NEVER,
    proof: 'rows',
  }
}

/** Compiles checks as their tests ask for it. Most tests of a check ask for the same, which is then compiled once. */
export class TestCompiler {
  readonly #templates: ReadonlyMap<string, Template>
  readonly #known = new Map<string, CompiledCheck>()
  #check: Check | undefined

  constructor(templates: ReadonlyMap<string, Template>) {
    this.#templates = templates
  }

  /** `engine` is always the same for a platform. @throws CompileError */
  compile(check: Check, test: CheckTest, values: ParamValues, engine: SchemaEngine): CompiledCheck {
    if (check !== this.#check) this.#known.clear()
    this.#check = check
    const key = JSON.stringify([engine.platform, test.root, test.consoleUser, values])
    const compiled =
      this.#known.get(key) ?? compileCheck(check, engine, { templates: this.#templates, values, ...testGates(test) })
    this.#known.set(key, compiled)
    return compiled
  }
}
