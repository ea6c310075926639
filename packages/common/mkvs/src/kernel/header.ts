/** The first twelve bytes of a block. */

import { type Expression, i32 } from '@wadi/base/wasm/expression'
import type { FunctionBuilder } from '@wadi/base/wasm/function'
import { AT_ADDRESS, AT_FLAGS, AT_GENERATION, CELL_GENERATION } from './layout.ts'

/** Fills a fresh block's header, except for its size class. */
export function writeHeader(
  f: FunctionBuilder,
  node: Expression<'i32'>,
  kind: number,
  flags: number,
): void {
  f.store8(node, kind)
  f.store8(node, flags, AT_FLAGS)
  f.store8(node, i32.load(CELL_GENERATION), AT_GENERATION)
  f.store64(node, 0n, AT_ADDRESS)
}
