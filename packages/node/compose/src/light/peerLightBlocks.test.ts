import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '@wadi/base/clock'
import { createLogger, SILENT } from '@wadi/base/log'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { zero } from '@wadi/cbor/codec'
import { ParametersAnswer } from '@wadi/consensus/consensus/api'
import { errors as consensusErrors } from '@wadi/consensus/consensus/errors'
import { MemoryNetwork } from '@wadi/contracts/testing/memory-network'
import type { LightBlockProvider } from '@wadi/engine/state-sync'
import { type LightSource, serveLight } from '@wadi/libp2p/serve-light'
import { PublicKey } from '@wadi/primitives/publicKey'
import { decode, encode } from '@wadi/protobuf/codec'
import type { LightAnswer } from '@wadi/tendermint/light/lightTask'
import { beginChain } from '@wadi/tendermint/testing/signedChain'
import { ConsensusParams } from '@wadi/tendermint/types/consensusParams'
import { Evidence, type LightClientAttackEvidence } from '@wadi/tendermint/types/evidence'
import { LightBlock } from '@wadi/tendermint/types/lightBlock'
import {
  LIGHT_LAG_MS_MAX,
  LIGHT_PEER_LOOK_MS,
  LIGHT_PEER_LOOKS_MAX,
  LIGHT_PEERS,
} from '../limits.ts'
import { encodedLightBlocks } from '../testing/lightBlocks.ts'
import { PeerLightBlocks } from './peerLightBlocks.ts'

const CHAIN = 'c5'.repeat(32)
const TOP = 9n
const PARAMS = beginChain([10n]).state.consensusParams
const key = (fill: number) => PublicKey.check(new Uint8Array(32).fill(fill))

const encodedBlocks = encodedLightBlocks(Number(TOP))
const last = decode(LightBlock, encodedBlocks.get(TOP)!)
const LAST_MS = 1000 * Number(last.signedHeader.header.time.seconds)

/** A peer that has a chain of nine blocks, from the first or a later one on. */
const source = (over: Partial<LightSource> = {}, from = 1n): LightSource => ({
  lightBlock: (asked) => {
    const height = asked === 0n ? TOP : asked
    const meta = height < from ? undefined : encodedBlocks.get(height)
    if (meta === undefined) throw consensusErrors.versionNotFound()
    return { height, meta }
  },
  validators: (height) => ({ height, meta: new Uint8Array(0) }),
  parameters: (height) => ({
    ...zero(ParametersAnswer),
    height,
    meta: encode(ConsensusParams, PARAMS),
  }),
  submitEvidence: () => undefined,
  ...over,
})

function scene(...sources: readonly LightSource[]) {
  const memory = new MemoryNetwork()
  const network = memory.join(key(1))
  const add = (one: LightSource) => serveLight(memory.join(key(100 + added++)), CHAIN, one)
  let added = 0
  for (const one of sources) add(one)
  const time = new VirtualTime()
  const clock = new FakeClock(LAST_MS)
  const log = createLogger('test', SILENT)
  const blocks = new PeerLightBlocks({ network, chainContext: CHAIN, clock, timers: time, log })
  return { blocks, add, clock, time, network }
}

const fetch = (provider: LightBlockProvider | undefined, height: bigint) =>
  new Promise<LightAnswer>((resolve) => {
    provider!.fetchLightBlock(height, resolve)
  })
const kindOf = async (provider: LightBlockProvider | undefined, height: bigint) =>
  (await fetch(provider, height)).kind

describe('light blocks of peers', () => {
  it('are found, and so are parameters', async () => {
    const { blocks, network } = scene(source())
    const [provider] = blocks.providers
    const found = await fetch(provider, 5n)
    assert.ok(found.kind === 'found')
    assert.deepEqual(found.block, decode(LightBlock, encodedBlocks.get(5n)!))
    const params = await new Promise<ConsensusParams | undefined>((resolve) => {
      provider!.fetchParams(5n, resolve)
    })
    assert.deepEqual(params, PARAMS)
    assert.deepEqual(network.said, ['succeeded', 'succeeded'])
  })

  it('are too high, or not there any more', async () => {
    const { blocks } = scene(source({}, 4n))
    assert.equal(await kindOf(blocks.providers[0], TOP + 1n), 'too-high')
    assert.equal(await kindOf(blocks.providers[0], 3n), 'missing')
  })

  it('are not waited for with somebody who does not follow the chain', async () => {
    const { blocks, clock } = scene(source())
    clock.advance(LIGHT_LAG_MS_MAX)
    assert.equal(await kindOf(blocks.providers[0], TOP + 1n), 'too-high')
    clock.advance(1)
    assert.equal(await kindOf(blocks.providers[0], TOP + 1n), 'missing')
  })

  it('that are gone here may be with somebody else', async () => {
    const { blocks } = scene(source({}, 4n), source())
    const [provider] = blocks.providers
    assert.equal(await kindOf(provider, 3n), 'missing')
    assert.equal(await kindOf(provider, 3n), 'found')
  })

  it('are asked of as many peers as there are providers, each somebody else', async () => {
    const { blocks } = scene(...Array.from({ length: LIGHT_PEERS + 1 }, () => source()))
    assert.deepEqual(blocks.asked, [])
    for (const provider of blocks.providers) await fetch(provider, 1n)
    assert.equal(new Set(blocks.asked.map((peer) => peer[0])).size, LIGHT_PEERS)
  })

  it('that are none have their peer blocked', async () => {
    const meta = Uint8Array.of(1, 2, 3)
    const { blocks, network } = scene(source({ lightBlock: (height) => ({ height, meta }) }))
    assert.equal(await kindOf(blocks.providers[0], 5n), 'missing')
    assert.deepEqual(network.said, ['misbehaved'])
  })

  it('that are not of the chain are asked of another peer the next time', async () => {
    const { blocks } = scene(source(), source())
    const [provider] = blocks.providers
    await fetch(provider, 1n)
    const [first] = blocks.asked
    provider!.reportBad('another chain')
    await fetch(provider, 1n)
    assert.notDeepEqual(blocks.asked, [first])
    for (const { isReplaced } of blocks.providers) assert.equal(isReplaced, true)
  })

  it('wait a while for the first peer, and not for ever', async () => {
    const { blocks, add, time } = scene()
    const [provider] = blocks.providers
    const passes = async (looks: number) => {
      for (let i = 0; i < looks; i++) {
        time.advance(LIGHT_PEER_LOOK_MS)
        await new Promise(setImmediate)
      }
    }
    const found = kindOf(provider, 1n)
    await passes(LIGHT_PEER_LOOKS_MAX - 1)
    add(source())
    await passes(1)
    assert.equal(await found, 'found')
    const alone = scene()
    const never = kindOf(alone.blocks.providers[0], 1n)
    for (let i = 0; i < LIGHT_PEER_LOOKS_MAX; i++) {
      alone.time.advance(LIGHT_PEER_LOOK_MS)
      await new Promise(setImmediate)
    }
    assert.equal(await never, 'missing')
    // From then on everybody hears at once that nobody is there.
    assert.equal(await kindOf(alone.blocks.providers[1], 1n), 'missing')
    alone.add(source())
    assert.equal(await kindOf(alone.blocks.providers[1], 1n), 'found')
    const stopped = scene()
    void kindOf(stopped.blocks.providers[0], 1n)
    assert.equal(stopped.time.pending, 1)
    stopped.blocks.stop()
    assert.equal(stopped.time.pending, 0)
  })

  it('come with evidence of attacks', async () => {
    const told: unknown[] = []
    const { blocks } = scene(source({ submitEvidence: ({ meta }) => void told.push(meta) }))
    const [provider] = blocks.providers
    const found = await fetch(provider, 1n)
    assert.ok(found.kind === 'found')
    const body: LightClientAttackEvidence = {
      conflictingBlock: found.block,
      commonHeight: 1n,
      byzantineValidators: [],
      totalVotingPower: 10n,
      timestamp: found.block.signedHeader.header.time,
    }
    provider!.reportEvidence(body)
    await new Promise(setImmediate)
    assert.deepEqual(told, [encode(Evidence, { kind: 'light-client-attack', body })])
  })
})
