import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Arena } from '@wadi/mkvs/arena'
import { NO_NODES } from '@wadi/mkvs/nodeReader'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { openTree } from '@wadi/mkvs/tree'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import { GuessedState } from './guessedState.ts'
import { HostCall, type RemoteTree, type Sources } from './hostCall.ts'
import { KeyQueue } from './keyQueue.ts'
import { PROOF_BYTES_MAX, QUESTIONS_MAX } from './limits.ts'

/** A host, and no key manager. */
function sourcesOf(ask: Sources['connection']['ask']): Sources {
  const client = new KeyQueue({ askAny: async () => undefined }, Namespace.zero).client
  return { connection: { ask }, keys: { client, fetch: () => assert.fail('nobody asks for keys') } }
}

/** A call whose host always gives the same answer. */
function callOf(answer: Body, trees: readonly RemoteTree[] = []): HostCall {
  const ask = async () => answer as never
  return new HostCall(sourcesOf(ask), trees, new AbortController().signal)
}

const events: Body = { kind: 'HostFetchConsensusEventsResponse', body: { events: [] } }

/** Asks about so many heights, one after the other. */
function askAll(call: HostCall, count: number): void {
  for (let height = 1; height <= count; height++) {
    const body = { height: BigInt(height), kind: 1 }
    call.ask({ kind: 'HostFetchConsensusEventsRequest', body })
  }
}

/** Reads from a tree of which nothing is here, and is given a proof of these entries. */
function readWith(entries: readonly Uint8Array[]): Promise<unknown> {
  const root = {
    namespace: Namespace.zero,
    version: 1n,
    type: ROOT_TYPE_STATE,
    hash: Hash.zero,
  } as const
  const tree = openTree(new Arena(), { root, rootAddress: 0, reader: NO_NODES })
  const proof = { version: 0, untrustedRoot: Hash.zero, entries }
  const answer = { kind: 'HostStorageSyncResponse', body: { proofResponse: { proof } } } as const
  const state = new GuessedState(tree)
  return callOf(answer, [{ endpoint: 0, state }]).run('read', () => state.get(Uint8Array.of(1)))
}

describe('a call of a host', () => {
  it('asks for what a function misses, each only once', async () => {
    const call = callOf(events)
    await call.run('read', () => askAll(call, 3))
    askAll(call, 3)
  })

  it(`leads to ${QUESTIONS_MAX} questions and no more`, async () => {
    const call = callOf(events)
    let asked = 0
    const askNext = (count: number) => () => {
      for (; asked < count; asked++) {
        const body = { height: BigInt(asked), kind: 1 }
        call.ask({ kind: 'HostFetchConsensusEventsRequest', body })
      }
    }
    await call.run('read', askNext(QUESTIONS_MAX))
    const beyond = call.run('read', askNext(QUESTIONS_MAX + 1))
    await assert.rejects(beyond, { reason: 'guest.tooManyQuestions' })
  })

  it('takes proofs of so many bytes and no more', async () => {
    const part = new Uint8Array(PROOF_BYTES_MAX / 4)
    const most = [part, part, part, part]
    await assert.rejects(readWith(most), { reason: 'mkvs.badProof' })
    const more = readWith([...most, Uint8Array.of(1)])
    await assert.rejects(more, { reason: 'guest.proofsTooLarge' })
  })

  it('ends when it is aborted', async () => {
    const signal = AbortSignal.abort()
    const call = new HostCall(
      sourcesOf(async () => events as never),
      [],
      signal,
    )
    await assert.rejects(
      call.run('read', () => 1),
      { reason: 'guest.aborted' },
    )
  })
})
