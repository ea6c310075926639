import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode } from '@wadi/protobuf/codec'
import { Block } from '@wadi/tendermint/types/block'
import '../src/coverage.ts'
import { verifyChain } from '../src/engine/verifyChain.ts'
import { verifyEvidence } from '../src/engine/verifyEvidence.ts'
import { readChain } from '../src/recordedChain.ts'
import { bytesOfBase64, type RecordedBlock } from '../src/records.ts'
import { areVectorsPresent, listChains } from '../src/vectors.ts'

describe('blocks and commits of recorded chains', () => {
  for (const name of listChains())
    it(`${name}: every block follows from those before it`, () => {
      let count = 0
      for (const _ of verifyChain(readChain(name))) count++
      assert.notEqual(count, 0)
    })
})

describe('a recorded chain in which a validator signs twice', {
  skip: !areVectorsPresent(),
}, () => {
  it('has evidence of it, which is verified with its block', () => {
    const { blocks } = readChain('validator-equivocation')
    const evidence = [...blocks].flatMap(
      ({ block }) => decode(Block, bytesOfBase64(block)).evidence,
    )
    assert.equal(evidence.length, 1)
    const [piece] = evidence
    assert.ok(piece?.kind === 'duplicate-vote')
    const { voteA, validatorPower, totalVotingPower, timestamp: time } = piece.body
    assert.throws(() => verifyEvidence('a chain', new Map(), piece), /of a height of the chain/)
    const accused = {
      address: voteA.validatorAddress,
      publicKey: new Uint8Array(32),
      votingPower: validatorPower,
      proposerPriority: 0n,
    }
    const validators = { validators: [accused], proposer: undefined, totalVotingPower }
    const heights = new Map([[voteA.height, { validators, time }]])
    assert.throws(() => verifyEvidence('a chain', heights, piece), /signature of the accused/)
  })
})

/** A small chain with several validators. */
const CHAIN = 'gas-fees'
const CHANGED = 7n

function flipped(text: string, at: number): string {
  const bytes = Buffer.from(bytesOfBase64(text))
  const index = at < 0 ? bytes.length + at : at
  bytes[index]! ^= 1
  return bytes.toString('base64')
}

/** At which height a chain stops being right when one of its blocks is changed. */
function firstWrong(change: (record: RecordedBlock) => Partial<RecordedBlock>): bigint | undefined {
  const { document, blocks } = readChain(CHAIN)
  const changed = [...blocks].map((record) =>
    BigInt(record.height) === CHANGED ? { ...record, ...change(record) } : record,
  )
  let last = BigInt(changed[0]!.height) - 1n
  try {
    for (const height of verifyChain({ document, blocks: changed })) last = height
    return undefined
  } catch {
    return last + 1n
  }
}

describe('a recorded chain that was changed', { skip: !areVectorsPresent() }, () => {
  it('is right as long as nothing is', () => {
    assert.equal(
      firstWrong(() => ({})),
      undefined,
    )
  })

  it('is wrong at a block or a commit of which a bit is different', () => {
    const signature = ({ seen_commit }: RecordedBlock) => ({
      seen_commit: flipped(seen_commit!, -1),
    })
    assert.equal(firstWrong(signature), 7n)
    const lastCommit = ({ block }: RecordedBlock) => ({ block: flipped(block, -1) })
    assert.equal(firstWrong(lastCommit), 7n)
    for (const at of [4, 60, 200, 300])
      assert.equal(
        firstWrong(({ block }) => ({ block: flipped(block, at) })),
        7n,
        `byte ${at}`,
      )
  })

  it('is wrong after results, states or validators that are different', () => {
    const root = () => ({ state_root: '00'.repeat(32) })
    assert.equal(firstWrong(root), 8n)
    const results = ({ tx_results }: RecordedBlock) => ({
      tx_results: (tx_results ?? []).map((result) => ({ ...result, code: 99 })),
    })
    assert.equal(firstWrong(results), 8n)
    const update = { pub_key: Buffer.alloc(32, 1).toString('base64'), power: 1 }
    assert.equal(
      firstWrong(() => ({ validator_updates: [update] })),
      8n,
    )
  })
})
