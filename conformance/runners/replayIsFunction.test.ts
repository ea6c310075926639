import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import '../src/coverage.ts'
import { readChain } from '../src/recordedChain.ts'
import { compareBlock } from '../src/replay/compareBlock.ts'
import { replayedBlock } from '../src/replay/recordedHeader.ts'
import { chainOf } from '../src/replay/replayChain.ts'
import { hasVector } from '../src/vectors.ts'
import { believing } from '../src/workload/belief.ts'
import { type DecidedBlock, decide, isAcceptable, propose } from '../src/workload/blocks.ts'
import { recordedCalls } from '../src/workload/calls.ts'
import { openApplication } from '../src/workload/openApplication.ts'

const CHAINS = ['debond', 'gas-fees', 'validator-equivocation', 'runtime-messages'].filter((name) =>
  hasVector(`chains/${name}/genesis.json`),
)
const PROGRAM = join(import.meta.dirname, '../src/workload/printDigest.ts')
const SEED = '5'
const BLOCKS = '25'

/** What a workload answers in a process of its own. */
function digestIn(name: string): string {
  const args = [PROGRAM, name, SEED, BLOCKS]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  return stdout
}

describe('replay is a function (same input, same root, any process)', () => {
  for (const name of CHAINS)
    it(`${name}: whether they are proposed, processed or only decided`, () => {
      const { document, blocks } = readChain(name)
      const chain = chainOf(document)
      const credulous = { ...chain, signatures: believing(chain.signatures) }
      const [proposing, processing, deciding] = [credulous, chain, chain].map(
        (each) => openApplication(document, each).application,
      )
      for (const record of blocks) {
        const block = replayedBlock(record)
        const { proposer } = recordedCalls(block.transactions)
        const transactions = propose(
          proposing!,
          { ...block, transactions: block.transactions.slice(0, -1) },
          proposer!,
        )
        const own = { ...block, transactions }
        assert.equal(transactions.length, block.transactions.length)
        assert.ok(isAcceptable(proposing!, own), `own block ${block.height}`)
        assert.ok(isAcceptable(processing!, block), `block ${block.height}`)
        const all: readonly DecidedBlock[] = [
          decide(proposing!, own),
          decide(processing!, block),
          decide(deciding!, block),
        ]
        for (const decided of all) {
          assert.equal(toHex(decided.rootHash), record.state_root.toLowerCase())
          assert.deepEqual(compareBlock(record, decided), [])
        }
      }
    })

  for (const name of CHAINS.slice(-2))
    it(`${name}: with random transactions, in two processes`, () => {
      const [first, second] = [digestIn(name), digestIn(name)]
      assert.match(first, /^[1-9]\d* blocks, [0-9a-f]{64}\n$/)
      assert.equal(second, first)
    })
})
