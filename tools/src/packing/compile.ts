/** From sources to modules and their types: Node strips no types below node_modules. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UnavailableError } from '@wadi/base/errors'
import { ROOT } from '../repository.ts'
import { runProgram } from '../runProgram.ts'

const LIMIT_MS = 600_000

/**
 * Writes modules and their types to `target`, each at its place in the house. The compiler is the
 * one that checks the house.
 */
export async function compile(sources: readonly string[], target: string): Promise<void> {
  const config = join(target, 'tsconfig.json')
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    rewriteRelativeImportExtensions: true,
    lib: ['ES2024'],
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
    rootDir: ROOT,
    outDir: target,
  }
  const files = sources.map((path) => join(ROOT, path))
  const project = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, files }
  writeFileSync(config, JSON.stringify(project))
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const done = await runProgram(process.execPath, [tsc, '-p', config], { limitMs: LIMIT_MS })
  if (done.code !== 0) throw new UnavailableError('pack.tsc', `tsc: ${done.reason}\n${done.output}`)
}
