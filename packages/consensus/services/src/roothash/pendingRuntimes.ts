/** For which runtimes commitments came in with this block. */

import { compareBytes, toHex } from '@wadi/base/bytes'
import type { Namespace } from '@wadi/primitives/namespace'
import { blockCell } from '../kernel/block.ts'
import type { Context } from '../kernel/context.ts'

const pending = blockCell<ReadonlyMap<string, Namespace>>(() => new Map())

/** Remembers until the end of the block that a runtime's round may be decided. */
export function noteCommitments({ block }: Context, runtime: Namespace): void {
  pending.set(block, new Map(pending.get(block)).set(toHex(runtime), runtime))
}

/** The runtimes whose rounds may be decided, by identifier. */
export function runtimesWithCommitments({ block }: Context): readonly Namespace[] {
  return [...pending.get(block).values()].sort(compareBytes)
}
