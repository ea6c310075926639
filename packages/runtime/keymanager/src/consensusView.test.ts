import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import { encode, make } from '@wadi/cbor/codec'
import { MissingNodeError } from '@wadi/mkvs/nodeReader'
import type { Proof } from '@wadi/mkvs/proof'
import type { Tree } from '@wadi/mkvs/tree'
import { Signed } from '@wadi/primitives/signed'
import { Transaction } from '@wadi/primitives/transaction'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import { ProvedTransactionResponse } from '@wadi/runtime-protocol/host-protocol/services'
import fc from 'fast-check'
import { epochOf } from './consensusReads.ts'
import { ConsensusView } from './consensusView.ts'
import { READ_PROOF_BYTES_MAX, READ_QUESTION_COUNT_MAX } from './limits.ts'
import { TestWorld } from './testing/testWorld.ts'

const kindsOf = (asked: readonly Body[]) =>
  asked.map(({ kind }) => kind.replace(/^Host|Request$/g, ''))

/** What a view asks for to read the epoch, and what it is told. */
function reading(change: (request: Body, answer: Body) => Body) {
  const world = new TestWorld(1)
  const asked: Body[] = []
  world.intercept = (request, next) => {
    asked.push(request)
    return change(request, next())
  }
  const view = new ConsensusView()
  return { asked, read: () => world.run(undefined, view.readLatest(epochOf)), world, view }
}

describe('the state of the consensus layer', () => {
  it('is asked for anew at each read, and the height once', () => {
    const { asked, read, world } = reading((_, answer) => answer)
    assert.equal(read(), world.epoch)
    const each = ['FetchBlockMetadataTx', 'StorageSync']
    assert.deepEqual(kindsOf(asked), ['FetchConsensusBlock', 'FetchConsensusBlock', ...each])
    asked.length = 0
    assert.equal(read(), world.epoch)
    assert.deepEqual(kindsOf(asked), each)
  })

  it('is that of the highest block that was seen', () => {
    const { asked, read, view, world } = reading((_, answer) => answer)
    view.see(world.height)
    view.see(1n)
    assert.equal(read(), world.epoch)
    const [first] = asked
    assert.ok(first?.kind === 'HostFetchBlockMetadataTxRequest')
    assert.equal(first.body.height, world.height)
  })

  it('is not read where the host refuses, or says something else', () => {
    const error: Body = { kind: 'Error', body: { module: 'm', code: 2, message: 'no' } }
    const refused = (kind: string, answer: Body) =>
      reading((request, good) => (request.kind === kind ? answer : good)).read
    const told = 'module: m code: 2 message: no'
    assert.throws(refused('HostFetchConsensusBlockRequest', error), {
      message: `verification: ${told}`,
    })
    assert.throws(refused('HostFetchBlockMetadataTxRequest', error), {
      message: `state root: ${told}`,
    })
    assert.throws(refused('HostStorageSyncRequest', error), { message: told })
    const empty: Body = { kind: 'Empty', body: {} }
    assert.throws(refused('HostStorageSyncRequest', empty), { message: 'bad response from host' })
    const none: Body = { kind: 'HostStorageSyncResponse', body: { proofResponse: undefined } }
    assert.throws(refused('HostStorageSyncRequest', none), /answer without a proof/)
  })

  it(`takes ${READ_QUESTION_COUNT_MAX} questions to be read, and not one more`, () => {
    const { world, view } = reading((_, answer) => answer)
    const asking = (count: number) => {
      let asked = 0
      return view.readLatest((state) => {
        if (asked++ === count) return asked
        const { root } = state as Tree
        const position = new Uint8Array(32)
        new DataView(position.buffer).setUint32(0, asked)
        throw new MissingNodeError(root, position, Uint8Array.of(0x40))
      })
    }
    const most = world.run(undefined, asking(READ_QUESTION_COUNT_MAX))
    assert.equal(most, READ_QUESTION_COUNT_MAX + 1)
    const more = () => world.run(undefined, asking(READ_QUESTION_COUNT_MAX + 1))
    assert.throws(more, /too many questions/)
  })

  it('is not read out of a transaction that is not the metadata of a block', () => {
    const withBlob = (untrustedRawValue: Uint8Array | undefined) =>
      reading((request, good) => {
        if (request.kind !== 'HostFetchBlockMetadataTxRequest') return good
        const signedTx = make(Signed, { untrustedRawValue })
        const body = make(ProvedTransactionResponse, { signedTx })
        return { kind: 'HostFetchBlockMetadataTxResponse', body }
      }).read
    const failed = 'transaction verification: failed to decode transaction: parsing failed'
    for (const blob of [undefined, new Uint8Array(0), Uint8Array.of(0xff)])
      assert.throws(withBlob(blob), { message: failed })
    const blobOf = (fields: Partial<Transaction>) => encode(Transaction, make(Transaction, fields))
    const other = blobOf({ method: 'staking.Transfer' })
    assert.throws(withBlob(other), { message: 'state root: invalid method name' })
    const malformed = blobOf({ method: 'consensus.Meta', body: Uint8Array.of(1) })
    const what = 'failed to decode block metadata transaction: unexpected type'
    assert.throws(withBlob(malformed), { message: `state root: ${what}` })
  })

  it('is not read out of proofs that show nothing, or something else, or too much', () => {
    const proving = (change: (proof: Proof) => Proof) =>
      reading((request, answer) => {
        if (request.kind !== 'HostStorageSyncRequest') return answer
        assert.ok(answer.kind === 'HostStorageSyncResponse' && answer.body.proofResponse)
        const proof = change(answer.body.proofResponse.proof)
        return { kind: answer.kind, body: { proofResponse: { proof } } }
      }).read
    assert.throws(
      proving((proof) => ({ ...proof, entries: [] })),
      CodedError,
    )
    const hashOnly = (proof: Proof) => ({
      ...proof,
      entries: [Uint8Array.of(2, ...proof.untrustedRoot)],
    })
    assert.throws(proving(hashOnly), /mkvs|does not show/)
    const quarter = new Uint8Array(READ_PROOF_BYTES_MAX / 4)
    const most = [quarter, quarter, quarter, quarter]
    assert.throws(
      proving((proof) => ({ ...proof, entries: most })),
      { reason: 'mkvs.badProof' },
    )
    const more = [...most, Uint8Array.of(1)]
    assert.throws(
      proving((proof) => ({ ...proof, entries: more })),
      /proofs are too large/,
    )
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 255 }), (at, byte) => {
        const damaged = (proof: Proof) => {
          const index = at % proof.entries.length
          const entry = proof.entries[index] ?? new Uint8Array(1)
          return {
            ...proof,
            entries: proof.entries.with(index, entry.with(at % entry.length, byte)),
          }
        }
        try {
          assert.equal(proving(damaged)(), 1n)
        } catch (error) {
          assert.ok(error instanceof CodedError, String(error))
        }
      }),
      { numRuns: 40 },
    )
  })
})
