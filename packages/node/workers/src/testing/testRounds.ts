/** Rounds of a runtime that never was. */

import type { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { emptyBlock, genesisBlock } from '@wadi/runtime-protocol/block'

export const TEST_RUNTIME = Namespace.check(new Uint8Array(32).fill(7, 8))

/** Empty rounds from 0 on, each so many heights after the one before. */
export function testRounds(count: number, { from = 1n, step = 1n } = {}): AnnotatedBlock[] {
  const rounds: AnnotatedBlock[] = []
  let block = genesisBlock({
    namespace: TEST_RUNTIME,
    round: 0n,
    stateRoot: EMPTY_HASH,
    timestamp: 0n,
  })
  for (let round = 0; round < count; round++) {
    rounds.push({ consensusHeight: from + BigInt(round) * step, block })
    block = emptyBlock(block, BigInt(round), 'epochTransition')
  }
  return rounds
}
