import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeRpc } from '@wadi/cbor/codec'
import { cometChainId } from '@wadi/consensus/genesis/document'
import type { CallTransport } from '@wadi/grpc/call-transport'
import { GetRequest, IterateRequest } from '@wadi/mkvs/syncer'
import { apiTransport } from '../compliance/apiTransport.ts'
import { richAddress } from '../compliance/applicationChain.ts'
import { hastyTimers, lightNodeOf, testClock } from '../compliance/lightNodes.ts'
import { endingAt } from '../compliance/oddTransports.ts'
import { createTestNode } from '../compliance/servedNode.ts'
import { HeaderChain } from './headerChain.ts'
import { LightAnswers } from './lightAnswers.ts'
import {
  FETCHES_MAX,
  HEAD_LAG_MAX,
  HEIGHTS_BACK_MAX,
  PREFETCH_MAX,
  PREFETCH_MIN,
  PROVIDER_TIMEOUT_MS,
  SINGLE_KEYS_MAX,
  STATES_MAX,
} from './limits.ts'
import { ProvenStates } from './provenStates.ts'
import { Providers } from './providers.ts'
import { MissingFactError } from './remembered.ts'
import type { VerifiedFacts } from './verifiedFacts.ts'

const node = createTestNode()
for (let i = 0; i < 10; i++) node.advance()
const honest = apiTransport(node.api)

/** What was asked of a node, by method. */
function recording(transport: CallTransport) {
  const asked: { readonly method: string; readonly request: Uint8Array }[] = []
  const unary: CallTransport['unary'] = (path, request, options) => {
    asked.push({ method: path.slice(path.indexOf('/', 1) + 1), request })
    assert.equal(options?.timeoutMs, PROVIDER_TIMEOUT_MS)
    return transport.unary(path, request, options)
  }
  const of = (method: string) => asked.filter((one) => one.method === method)
  return { transport: { ...transport, unary }, of, asked }
}

/** A node whose chain is shorter. */
const behind = (by: bigint): CallTransport => endingAt(honest, node.chain.lastHeight - by)

describe('a light client', () => {
  it('asks for single keys at first, and for more and more when an answer walks', async () => {
    const { transport, of } = recording(honest)
    const { client } = lightNodeOf(node.chain, [transport, honest])
    await client.staking.account({ height: 2n, owner: richAddress })
    assert.equal(of('StateSyncIterate').length, 0)
    await client.consensus.stateToGenesis(3n)
    const single = of('StateSyncGet').map(({ request }) => decodeRpc(GetRequest, request))
    const ofWalk = single.filter(({ tree }) => tree.root.version === 3n)
    assert.equal(ofWalk.length, SINGLE_KEYS_MAX)
    const walks = of('StateSyncIterate').map(({ request }) => decodeRpc(IterateRequest, request))
    const expected = walks.map((_, i) => Math.min(PREFETCH_MAX, PREFETCH_MIN * 2 ** i))
    assert.deepEqual(
      walks.map(({ prefetch }) => prefetch),
      expected,
    )
  })

  it('keeps so many states, and no more', async () => {
    const { transport, of } = recording(honest)
    const { client } = lightNodeOf(node.chain, [transport, honest])
    for (let height = 1n; height <= BigInt(STATES_MAX); height++)
      await client.beacon.getEpoch(height)
    const fetched = of('StateSyncGet').length
    await client.beacon.getEpoch(1n)
    assert.equal(of('StateSyncGet').length, fetched)
    await client.beacon.getEpoch(BigInt(STATES_MAX) + 1n)
    await client.beacon.getEpoch(1n)
    const inBetween = of('StateSyncGet').length
    await client.beacon.getEpoch(2n)
    assert.ok(of('StateSyncGet').length > inBetween)
  })

  it('gives an answer up that takes more than allowed', async () => {
    const facts = { headers: { lowest: 1n } } as VerifiedFacts
    const answers = new LightAnswers(facts, new ProvenStates(new Providers([])))
    let looks = 0
    const look = (most: number) =>
      answers.look(1n, () => {
        looks++
        if (looks <= most) throw new MissingFactError('it', async () => undefined)
        return 'an answer'
      })
    assert.equal(await look(FETCHES_MAX - 1), 'an answer')
    looks = 0
    await assert.rejects(look(FETCHES_MAX), { reason: 'lightNode.tooMuch' })
  })

  it('takes the block that a witness has, if that is a little behind', async () => {
    const { client } = lightNodeOf(node.chain, [honest, behind(HEAD_LAG_MAX)])
    assert.equal(await client.consensus.getLatestHeight(), node.chain.lastHeight - HEAD_LAG_MAX)
    const lonely = lightNodeOf(node.chain, [honest, behind(HEAD_LAG_MAX + 1n)])
    await assert.rejects(lonely.client.consensus.getLatestHeight(), {
      reason: 'light.notConfirmed',
    })
  })

  it('asks another node when one has no proof, or a useless one', async () => {
    const told: string[] = []
    const useless = recording({
      ...honest,
      unary: async (path, request) => {
        if (!path.endsWith('/StateSyncGet')) return await honest.unary(path, request)
        const other = recorded.shift()
        const answer = await honest.unary(path, request)
        recorded.push(answer)
        return other ?? answer
      },
    })
    const recorded: Uint8Array[] = []
    const { client } = lightNodeOf(node.chain, [useless.transport, honest], {
      onBad: (number, why) => told.push(`${number} ${why}`),
    })
    await client.beacon.getEpoch(1n)
    assert.equal(await client.beacon.getEpoch(2n), 10n)
    assert.ok(told.length > 0)
    assert.ok(
      told.every((line) => line.startsWith('0 ')),
      told.join('\n'),
    )
    const before = told.length
    await client.beacon.getEpoch(3n)
    assert.equal(told.length, before, 'the good one is asked first')
  })

  it('looks back so far, and not one block further', async () => {
    const start = HEIGHTS_BACK_MAX + 5n
    const trust = { height: start, hash: new Uint8Array(32) }
    const headers = new HeaderChain({
      providers: new Providers([honest, honest]),
      chainId: cometChainId(node.chain.chainContext),
      trust,
      trustPeriodMs: 1,
      clock: testClock,
      timers: hastyTimers,
    })
    assert.deepEqual([headers.oldest, headers.lowest], [start, 5n])
    await assert.rejects(headers.at(4n), { reason: 'lightNode.tooFarBack' })
    await assert.rejects(headers.at(5n), { reason: 'light.noProvider' })
  })

  it('refuses heights that there cannot be', async () => {
    const { client } = lightNodeOf(node.chain, [honest, honest])
    await assert.rejects(client.beacon.getEpoch(-1n), { reason: 'lightNode.noSuchHeight' })
  })
})
