/** What a vote costs the machine, its signature apart, beside a hash of 1 KiB. Run with node. */

import { sha256 } from '@wadi/crypto/hash/sha256'
import { bench, run, summary } from 'mitata'
import { step } from './step.ts'
import { at, testBlock, testVote } from './testing/testChain.ts'
import { TestRounds } from './testing/testRounds.ts'

const VALIDATORS = 100
const powers = Array.from({ length: VALIDATORS }, () => 1_000_000_000_000n)
const block = testBlock(1n, 'block')
const rounds = new TestRounds({ powers, own: undefined }).begin().offer(block)
const prevotes = rounds.validators.validators.map((_, index) =>
  testVote(rounds.validators, index, {
    type: 'prevote',
    height: 1n,
    round: 0,
    blockId: block.blockId,
  }),
)
const kilobyte = new Uint8Array(1024)

/** All prevotes of a round, one after the other. */
function voteAll(): void {
  let { state } = rounds.node
  for (const vote of prevotes) {
    state = step(state, { kind: 'vote', vote, sender: 'peer' }, at(1)).state
  }
}

summary(() => {
  bench('100 hashes of 1 KiB', () => {
    for (let i = 0; i < VALIDATORS; i++) sha256(kilobyte)
  })
  bench('100 prevotes of 100 validators', voteAll)
})

await run()
