import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { BugError, CodedError } from '@wadi/base/errors'
import { SeededRandom } from '@wadi/base/random'
import type { Application } from '@wadi/consensus-services/application'
import '../src/coverage.ts'
import { readChain } from '../src/recordedChain.ts'
import { type ReplayedBlock, replayedBlock } from '../src/replay/recordedHeader.ts'
import { chainOf } from '../src/replay/replayChain.ts'
import { hasVector } from '../src/vectors.ts'
import { type BlockDamage, blockDamages } from '../src/workload/badBlocks.ts'
import { decide, isAcceptable, run } from '../src/workload/blocks.ts'
import { openApplication } from '../src/workload/openApplication.ts'

/** Chains with fees, evidence, runtimes and votes; every few blocks are damaged. */
const CHAINS = ['gas-fees', 'validator-equivocation', 'runtime-messages', 'change-min-commission']
const DAMAGED_EVERY = 9n

/** What running a decided block throws; a fault of ours is no way to refuse one. */
function refusalOf(application: Application, block: ReplayedBlock): unknown {
  try {
    run(application, block)
    return undefined
  } catch (error) {
    const isRefusal = error instanceof CodedError || error instanceof BugError
    if (!isRefusal) throw error
    return error
  }
}

/** Is the block refused, and the same as a proposal and as a decided one? */
function isRefused(application: Application, block: ReplayedBlock): boolean {
  const isGood = isAcceptable(application, block)
  const refusal = refusalOf(application, block)
  const what = refusal instanceof Error ? refusal.message : 'nothing'
  assert.equal(isGood, refusal === undefined, `accepted: ${isGood}, thrown: ${what}`)
  return !isGood
}

/** Throws damaged blocks at an application that is on its way through a recorded chain. */
function checkChain(name: string, damage: BlockDamage): void {
  const { document, blocks } = readChain(name)
  const { application } = openApplication(document, chainOf(document))
  const random = new SeededRandom(7n)
  let refused = 0
  for (const record of blocks) {
    const good = replayedBlock(record)
    if (good.height % DAMAGED_EVERY === 1n)
      for (const bad of damage(good, random)) if (isRefused(application, bad)) refused++
    assert.ok(isAcceptable(application, good), `block ${good.height}`)
    const { rootHash } = decide(application, good)
    assert.equal(toHex(rootHash), record.state_root.toLowerCase(), `block ${good.height}`)
  }
  assert.notEqual(refused, 0)
}

describe("Any bytes as a transaction, genesis document or block: the reference's error, the reference's code, and no change beyond what the reference changes", () => {
  for (const name of CHAINS.filter((chain) => hasVector(`chains/${chain}/genesis.json`)))
    for (const [kind, damage] of Object.entries(blockDamages))
      it(`${name}: a block with a damaged ${kind} is rejected as a proposal, and fatal if decided`, () =>
        checkChain(name, damage))
})
