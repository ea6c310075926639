import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes } from '@wadi/base/bytes'
import { CodedError, definePlainErrors } from '@wadi/base/errors'
import type { PrepareProposalRequest } from '@wadi/contracts/application'
import { encode } from '@wadi/protobuf/codec'
import { blockIdOf, partSetOf, partSetOfPieces } from '@wadi/tendermint/blocks/parts'
import { dataSizeMax } from '@wadi/tendermint/blocks/sizes'
import { headerHash } from '@wadi/tendermint/hashing/headerHash'
import { addPart, emptyParts } from '@wadi/tendermint/round/blockParts'
import { assemble, type Candidate } from '@wadi/tendermint/round/candidate'
import { testKey } from '@wadi/tendermint/testing/signedChain'
import { Block } from '@wadi/tendermint/types/block'
import type { Evidence } from '@wadi/tendermint/types/evidence'
import { errors as evidenceErrors } from '../evidence/errors.ts'
import { MemoryApplication } from '../testing/memoryApplication.ts'
import { roomAfter } from './executor.ts'
import { executedChain, Ground, noEvidence, testGenesis } from './testing/executedChain.ts'

const errors = definePlainErrors('test', { noProof: 'it proves nothing' })
const proposerAddress = testKey(0).address

function candidateOf(block: Block, set = partSetOf(block)): Candidate {
  const parts = set.parts.reduce((before, part) => {
    const outcome = addPart(before, part)
    assert.ok(outcome.kind === 'added')
    return outcome.parts
  }, emptyParts(set.header))
  const candidate = assemble(parts)
  assert.ok(candidate !== undefined)
  assert.deepEqual(candidate.blockId, blockIdOf(block, set))
  return candidate
}

function begin(parts: ConstructorParameters<typeof Ground>[1] = {}, blockBytesMax = 2_000_000n) {
  const { consensusParams } = testGenesis()
  const block = { maxBytes: blockBytesMax, maxGas: -1n }
  const evidence = {
    maxAgeNumBlocks: 10n,
    maxAgeDuration: { seconds: 100n, nanoseconds: 0 },
    maxBytes: 500n,
  }
  const genesis = testGenesis({ consensusParams: { ...consensusParams, block, evidence } })
  const ground = new Ground(genesis, parts)
  return { ground, chain: ground.handshake() }
}

/** Answers a proposal as a test wants. */
class Preparing extends MemoryApplication {
  asked: PrepareProposalRequest | undefined
  answer: (request: PrepareProposalRequest) => readonly Uint8Array[] = (r) => r.transactions
  accepts = true

  override prepareProposal(request: PrepareProposalRequest): readonly Uint8Array[] {
    this.asked = request
    return this.answer(request)
  }

  override processProposal(): boolean {
    return this.accepts
  }
}

describe('Making a block', () => {
  it('asks the application, and takes what it answers', () => {
    const application = new Preparing()
    const { ground, chain } = begin({ application })
    ground.mempool.transactions = [Uint8Array.of(1), Uint8Array.of(2)]
    application.answer = ({ transactions }) => [Uint8Array.of(7), ...transactions.toReversed()]
    const made = ground.executor.make(chain, { lastCommit: undefined, proposerAddress })
    assert.deepEqual(
      made?.block.transactions,
      [[7], [2], [1]].map((tx) => Uint8Array.from(tx)),
    )
    const { asked } = application
    assert.deepEqual(asked?.transactions, ground.mempool.transactions)
    assert.deepEqual(asked?.hash, new Uint8Array(0))
    assert.deepEqual(asked?.lastCommit, [])
    assert.equal(asked?.bytesMax, roomAfter(chain).bytesMax)
    assert.equal(ground.executor.check(chain, candidateOf(made!.block), 'prevote'), 'valid')
  })

  it('fills it to the last byte and makes none that is longer', () => {
    const application = new Preparing()
    const { ground, chain } = begin({ application }, 5_000n)
    const { bytesMax } = roomAfter(chain)
    assert.equal(Number(bytesMax), dataSizeMax(5_000, { evidenceSize: 0, validatorCount: 1 }))
    // A key, two bytes of length, and the transaction.
    for (const [size, isMade] of [
      [Number(bytesMax) - 3, true],
      [Number(bytesMax) - 2, false],
    ] as const) {
      application.answer = () => [new Uint8Array(size)]
      const made = ground.executor.make(chain, { lastCommit: undefined, proposerAddress })
      assert.equal(made !== undefined, isMade)
      if (made !== undefined) assert.ok(encode(Block, made.block).length <= 5_000)
    }
  })

  it('leaves room for evidence, and puts it in', () => {
    const application = new Preparing()
    const asked: bigint[] = []
    const evidence = {
      ...noEvidence(),
      pending: (bytesMax: bigint) => {
        asked.push(bytesMax)
        return { evidence: [] as Evidence[], size: 400n }
      },
    }
    const { ground, chain } = begin({ application, evidence })
    ground.executor.make(chain, { lastCommit: undefined, proposerAddress })
    assert.deepEqual(asked, [500n])
    assert.equal(application.asked?.bytesMax, roomAfter(chain).bytesMax - 400n)
  })
})

describe('Checking a block', () => {
  const application = new Preparing()
  let proof: Error | undefined
  const check = (): void => {
    if (proof !== undefined) throw proof
  }
  const refused: (string | undefined)[] = []
  const { ground, chain } = begin({
    application,
    evidence: { ...noEvidence(), check },
    onRefused: ({ violation }) => refused.push(violation?.reason),
  })
  const { block } = ground.executor.make(chain, { lastCommit: undefined, proposerAddress })!
  const verdictOn = (changed: Block, stage: 'prevote' | 'precommit') =>
    ground.executor.check(chain, candidateOf(changed), stage)

  it('is for the rules first, and then for the application', () => {
    assert.equal(verdictOn(block, 'prevote'), 'valid')
    application.accepts = false
    assert.equal(verdictOn(block, 'prevote'), 'rejected')
    const wrong = { ...block, header: { ...block.header, appHash: new Uint8Array(32).fill(1) } }
    assert.equal(verdictOn(wrong, 'prevote'), 'invalid')
    assert.equal(verdictOn(wrong, 'precommit'), 'invalid')
    assert.deepEqual(refused, [undefined, 'checkBlock.otherAppHash', 'checkBlock.otherAppHash'])
    application.accepts = true
  })

  it('is against one that is encoded or cut in another way, unless others are for it', () => {
    const bytes = encode(Block, block)
    const unknownField = Uint8Array.of(0x7a, 0x01, 0x00)
    const cuts = [[concatBytes(bytes, unknownField)], [bytes.subarray(0, 9), bytes.subarray(9)]]
    for (const pieces of cuts) {
      const odd = candidateOf(block, partSetOfPieces(pieces))
      assert.deepEqual(odd.block, block)
      refused.length = 0
      assert.equal(ground.executor.check(chain, odd, 'prevote'), 'rejected')
      assert.deepEqual(refused, ['engine.oddParts'])
      assert.equal(ground.executor.check(chain, odd, 'precommit'), 'valid')
    }
  })

  it('does not ask the application when others have outvoted it', () => {
    application.accepts = false
    assert.equal(verdictOn(block, 'precommit'), 'valid')
    application.accepts = true
  })

  it('looks at the evidence', () => {
    proof = errors.noProof()
    assert.equal(verdictOn(block, 'prevote'), 'invalid')
    assert.throws(() => ground.executor.checkDecided(chain, block), {
      reason: 'engine.badDecision',
    })
    proof = undefined
    ground.executor.checkDecided(chain, block)
  })

  it('does not take evidence for old in a block that it has committed, and lost', () => {
    const check = () => {
      throw evidenceErrors.alreadyCommitted()
    }
    const { ground, chain } = begin({ evidence: { ...noEvidence(), check } })
    const { block } = ground.propose(chain, undefined)
    const refusal = { reason: 'engine.badDecision' }
    assert.throws(() => ground.executor.checkDecided(chain, block), refusal)
    const { responses } = executedChain(ground.genesis, 1).heights[0]!
    ground.stateStore.saveResponses(1n, responses)
    assert.equal(ground.executor.expectCommitted(1n), true)
    ground.executor.checkDecided(chain, block)
    assert.equal(ground.executor.check(chain, candidateOf(block), 'prevote'), 'valid')
  })

  it('believes the others about heights that are not here, as after a state sync', () => {
    for (const unknown of [evidenceErrors.noHeader(), evidenceErrors.noValidators()]) {
      proof = unknown
      assert.equal(verdictOn(block, 'prevote'), 'rejected')
      // More than two thirds may have voted for it by now, and that is enough.
      assert.equal(verdictOn(block, 'precommit'), 'rejected')
      ground.executor.checkDecided(chain, block)
    }
    proof = undefined
  })

  it('does not call a fault of ours a fault of the block', () => {
    proof = new RangeError('ours')
    assert.throws(() => verdictOn(block, 'prevote'), RangeError)
    proof = undefined
  })
})

describe('Applying a block', () => {
  it('stores the answers, commits, and stores the state, in this order', () => {
    const steps: string[] = []
    class Noting extends MemoryApplication {
      override beginBlock(request: Parameters<MemoryApplication['beginBlock']>[0]) {
        steps.push('begin')
        return super.beginBlock(request)
      }
      override commit() {
        steps.push(`commit, answers ${ground.stateStore.loadResponses(1n)?.results.length}`)
        return super.commit()
      }
    }
    const { ground, chain } = begin({
      application: new Noting(),
      evidence: {
        ...noEvidence(),
        update: ({ lastBlockHeight }) => {
          steps.push(
            `evidence ${lastBlockHeight}, state ${ground.stateStore.load()?.lastBlockHeight}`,
          )
        },
      },
    })
    ground.mempool.transactions = [Uint8Array.of(1)]
    const { blockId, ...decided } = ground.propose(chain, undefined)
    ground.blockStore.save(decided)
    const next = ground.executor.apply(chain, blockId, decided.block)
    assert.deepEqual(steps, ['begin', 'commit, answers 1', 'evidence 1, state 0'])
    assert.deepEqual(ground.stateStore.load(), next)
    assert.deepEqual(next.appHash, ground.application.info().appHash)
    const [update] = ground.mempool.updates
    assert.deepEqual([update?.height, update?.transactions], [1n, [Uint8Array.of(1)]])
    const [applied] = ground.applied
    assert.deepEqual(applied?.blockId.hash, headerHash(decided.block.header))
  })

  it('refuses validators that no chain can have before anything is committed', () => {
    class Emptying extends MemoryApplication {
      override endBlock() {
        const validatorUpdates = [{ publicKey: testKey(0).publicKey, power: 0n }]
        return { validatorUpdates, consensusParamUpdates: undefined, events: [] }
      }
    }
    const { ground, chain } = begin({ application: new Emptying() })
    const { blockId, ...decided } = ground.propose(chain, undefined)
    ground.blockStore.save(decided)
    assert.throws(() => ground.executor.apply(chain, blockId, decided.block), CodedError)
    assert.equal(ground.application.info().height, 0n)
  })

  it('forgets blocks that the application needs no more, but never the last one', () => {
    const { ground, chain: first } = begin()
    let chain = first
    let lastCommit: ReturnType<Ground['propose']>['seenCommit'] | undefined
    const bases = [0n, 2n, 2n, 4n, 9n, 0n].map((retainHeight) => {
      ground.application.retainHeight = retainHeight
      const { blockId, ...decided } = ground.propose(chain, lastCommit)
      ground.blockStore.save(decided)
      chain = ground.executor.apply(chain, blockId, decided.block)
      lastCommit = decided.seenCommit
      assert.notEqual(ground.blockStore.loadBlock(ground.blockStore.height), undefined)
      return ground.blockStore.base
    })
    assert.deepEqual(bases, [1n, 2n, 2n, 4n, 5n, 5n])
  })

  it('keeps what an application that is behind needs to run the lowest block again', () => {
    const { ground, chain: first } = begin()
    let chain = first
    let lastCommit: ReturnType<Ground['propose']>['seenCommit'] | undefined
    const blocks: Block[] = []
    for (let i = 1; i <= 6; i++) {
      ground.application.retainHeight = i === 6 ? 4n : 0n
      const { blockId, ...decided } = ground.propose(chain, lastCommit)
      ground.blockStore.save(decided)
      chain = ground.executor.apply(chain, blockId, decided.block)
      lastCommit = decided.seenCommit
      blocks.push(decided.block)
    }
    assert.equal(ground.blockStore.base, 4n)
    const behind = new MemoryApplication()
    behind.initChain()
    for (const { header, transactions } of blocks.slice(0, 3)) {
      behind.beginBlock(header)
      for (const transaction of transactions) behind.deliverTx(transaction)
      behind.commit()
    }
    ground.blockStore.close()
    ground.stateStore.close()
    const again = new Ground(ground.genesis, { files: ground.files, application: behind })
    assert.deepEqual(again.handshake(), chain)
  })
})
