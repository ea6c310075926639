import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { decode, zero } from '@wadi/cbor/codec'
import { ParametersAnswer } from '@wadi/consensus/consensus/api'
import { LightBlock } from '@wadi/consensus/consensus/block'
import { errors as consensusErrors } from '@wadi/consensus/consensus/errors'
import type { Asking, Outcome } from '@wadi/contracts/runtime-network'
import { MemoryNetwork } from '@wadi/contracts/testing/memory-network'
import { LIGHT_SERVICE, protocolOf } from '../names.ts'
import { key } from '../testing/keys.ts'
import { LightPeers } from './lightPeers.ts'
import { type LightSource, serveLight } from './serveLight.ts'

const CHAIN = 'c5'.repeat(32)
const PROTOCOL = protocolOf(CHAIN, LIGHT_SERVICE)

const source = (over: Partial<LightSource> = {}): LightSource => ({
  lightBlock: (height) => ({ height: height === 0n ? 9n : height, meta: toUtf8('block') }),
  validators: (height) => ({ height, meta: toUtf8('validators') }),
  parameters: (height) => ({ ...zero(ParametersAnswer), height }),
  submitEvidence: () => undefined,
  ...over,
})

function scene(...sources: readonly LightSource[]) {
  const memory = new MemoryNetwork()
  const client = memory.join(key(0))
  const servers = sources.map((one, i) => {
    const server = memory.join(key(i + 1))
    serveLight(server, CHAIN, one)
    return server
  })
  return { client, servers, peers: new LightPeers(client, CHAIN) }
}

const outcomeOf = <T>(start: (done: (outcome: Outcome<T>) => void) => Asking) =>
  new Promise<Outcome<T>>((resolve) => {
    start(resolve)
  })

describe('light blocks', () => {
  it('are asked of a peer, as are validators and parameters', async () => {
    const told: unknown[] = []
    const { peers } = scene(source({ submitEvidence: ({ meta }) => void told.push(meta) }))
    const light = peers.create()
    const block = await outcomeOf<LightBlock>((done) => light.lightBlock(5n, done))
    assert.ok(block.kind === 'answered')
    assert.deepEqual(block.answer.value, { height: 5n, meta: toUtf8('block') })
    const newest = await outcomeOf<LightBlock>((done) => light.lightBlock(0n, done))
    assert.ok(newest.kind === 'answered' && newest.answer.value.height === 9n)
    const validators = await outcomeOf((done) => light.validators(6n, done))
    assert.ok(validators.kind === 'answered')
    const parameters = await outcomeOf((done) => light.parameters(7n, done))
    assert.ok(parameters.kind === 'answered')
    await outcomeOf<void>((done) => light.submitEvidence({ meta: Uint8Array.of(1) }, done))
    assert.deepEqual(told, [Uint8Array.of(1)])
  })

  it('are refused as their source refuses them', async () => {
    const lightBlock = () => {
      throw consensusErrors.versionNotFound()
    }
    const { peers } = scene(source({ lightBlock }))
    const outcome = await outcomeOf<LightBlock>((done) => peers.create().lightBlock(5n, done))
    assert.ok(outcome.kind === 'failed')
    assert.equal(outcome.error.reason, 'consensus.versionNotFound')
  })

  it('of another height than was asked for are a lie', async () => {
    const { peers, client } = scene(
      source({ lightBlock: () => ({ height: 4n, meta: toUtf8('') }) }),
    )
    const outcome = await outcomeOf<LightBlock>((done) => peers.create().lightBlock(5n, done))
    assert.ok(outcome.kind === 'failed')
    assert.equal(outcome.error.reason, 'libp2p.wrongHeight')
    assert.deepEqual(client.said, ['misbehaved'])
  })

  it('are asked of different peers by different providers', async () => {
    const { peers } = scene(source(), source())
    const [one, other, third] = [peers.create(), peers.create(), peers.create()]
    for (const light of [one, other]) await outcomeOf((done) => light.lightBlock(5n, done))
    assert.notDeepEqual(one.peer, other.peer)
    const nobody = await outcomeOf<LightBlock>((done) => third.lightBlock(5n, done))
    assert.ok(nobody.kind === 'failed')
    assert.equal(third.peer, undefined)
    // Who is given up is free for others, and the next question goes elsewhere if it can.
    const before = one.peer
    one.change()
    await outcomeOf((done) => third.lightBlock(5n, done))
    assert.deepEqual(third.peer, before)
  })

  it('are asked of everybody else before whoever was given up is asked again', async () => {
    const { peers } = scene(source(), source(), source(), source())
    const light = peers.create()
    const asked: string[] = []
    for (let i = 0; i < 8; i++) {
      await outcomeOf((done) => light.lightBlock(5n, done))
      asked.push(String(light.peer))
      light.change()
    }
    assert.equal(new Set(asked.slice(0, 4)).size, 4)
    assert.deepEqual(asked.slice(4), asked.slice(0, 4))
  })
})

describe('the light service', () => {
  it('refuses arguments that are none, and methods that there are not', async () => {
    const { client } = scene(source())
    const ask = (method: string, body: Uint8Array) =>
      outcomeOf<unknown>((done) =>
        client.ask({ protocol: PROTOCOL, method, body, read: (x) => x }, done),
      )
    for (const method of ['GetLightBlock', 'GetValidators', 'GetParameters', 'SubmitEvidence']) {
      const outcome = await ask(method, Uint8Array.of(0x61, 0x61))
      assert.ok(outcome.kind === 'failed')
      assert.equal(outcome.error.reason, 'p2p/rpc.badRequest')
    }
    const other = await ask('GetMoney', Uint8Array.of(1))
    assert.ok(other.kind === 'failed')
    assert.equal(other.error.reason, 'p2p/rpc.methodNotSupported')
    const block = await ask('GetLightBlock', Uint8Array.of(5))
    assert.ok(block.kind === 'answered')
    assert.equal(decode(LightBlock, block.answer.value as Uint8Array).height, 5n)
  })
})
