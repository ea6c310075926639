import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, parseUtf8, toBase64, toHex, toUtf8 } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { decode, encode, zero } from '@wadi/cbor/codec'
import { frameOf } from '@wadi/cbor/framing'
import { bytes } from '@wadi/cbor/scalars'
import { ParametersAnswer } from '@wadi/consensus/consensus/api'
import { LightBlock } from '@wadi/consensus/consensus/block'
import { errors as consensusErrors } from '@wadi/consensus/consensus/errors'
import type { Outcome, Question, Verdict } from '@wadi/contracts/runtime-network'
import { kernelEd25519 } from '@wadi/crypto/ed25519/provider'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { LightPeers } from '@wadi/libp2p/light-peers'
import { messageIdOf } from '@wadi/libp2p/message-id'
import {
  LIGHT_SERVICE,
  protocolOf,
  RUNTIME_SERVICES,
  runtimeProtocolOf,
  topicOf,
} from '@wadi/libp2p/names'
import type { Libp2pNetwork } from '@wadi/libp2p/network'
import { printKeyName, printMultiaddr } from '@wadi/libp2p/peer-info'
import { SeedNode } from '@wadi/libp2p/seed-node'
import { serveLight } from '@wadi/libp2p/serve-light'
import { CHAIN } from '@wadi/libp2p/testing/start-loopback'
import { realWorld } from '@wadi/libp2p/testing/world'
import { testNamespace } from '@wadi/primitives/namespace'
import { type ConsensusAddress, printNodeAddress } from '@wadi/primitives/nodeAddress'
import { PublicKey } from '@wadi/primitives/publicKey'
import { buildProgram } from '../cbor/oracle.ts'
import { GoPeer } from '../comet-p2p/goPeer.ts'
import { LiveNetwork, listening } from './liveNetwork.ts'

const RUNTIME = testNamespace(toUtf8('live'))
const TX = topicOf(CHAIN, 'tx', RUNTIME)
const SYNC = runtimeProtocolOf(CHAIN, RUNTIME_SERVICES.txsync, RUNTIME)
const LIGHT = protocolOf(CHAIN, LIGHT_SERVICE)

const program = buildProgram(import.meta.dirname)

const text = (message: Uint8Array) => parseUtf8(decode(bytes, message))
const message = (words: string) => encode(bytes, toUtf8(words))

function addressOf({ network }: LiveNetwork): string {
  return `${printMultiaddr(network.addresses[0]!)}/p2p/${printKeyName(network.key)}`
}

/** What comes on a topic, one after the other. */
function hearing(network: Libp2pNetwork, verdictOn: (words: string) => Verdict) {
  const heard: string[] = []
  const waiting: (() => void)[] = []
  const topic = network.join(TX, (bytesHeard, author, decide) => {
    const words = text(bytesHeard)
    heard.push(`${words} by ${toBase64(author)}`)
    decide(verdictOn(words))
    for (const wake of waiting.splice(0)) wake()
  })
  const next = async (): Promise<string> => {
    for (;;) {
      const first = heard.shift()
      if (first !== undefined) return first
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
  }
  return { topic, next }
}

/** Until a message comes at the far end: whoever is between has to know both ends first. */
async function passedOn(publish: (words: string) => void, next: () => Promise<string>) {
  let count = 0
  const timer = setInterval(() => publish(`are you there ${count++}`), 200)
  await next()
  clearInterval(timer)
}

const accept = (): Verdict => ({ verdict: 'accept' })

function asking<T>(network: Libp2pNetwork, question: Question<T>): Promise<Outcome<T>> {
  return new Promise((resolve) => network.ask(question, resolve))
}

const question = (method: string, body: Uint8Array): Question<Uint8Array> => ({
  protocol: SYNC,
  method,
  body,
  read: (result) => result,
})

const pause = () => new Promise((resolve) => setTimeout(resolve, 20))

/** Until a peer is known to speak the protocol. */
async function speaking(network: Libp2pNetwork, protocol: string): Promise<void> {
  while (network.peersOf(protocol).length === 0) {
    await pause()
  }
}

describe("the reference's p2p service and ours", { skip: program.missing }, () => {
  it('connect over Noise and yamux, whoever dials, and tell each other what they speak', async () => {
    await using go = new GoPeer(program.path, 'peer', 'go', CHAIN)
    await using own = await LiveNetwork.start('own')
    await using other = await LiveNetwork.start('other')
    const { address } = await listening(go)
    go.tell(`serve ${SYNC}`)
    await go.hear(/^serving /)
    own.network.serve(SYNC, (_request, reply) => reply({ kind: 'ok', body: Uint8Array.of(0xf6) }))
    await own.network.dial(address)
    await speaking(own.network, SYNC)
    go.tell(`dial ${addressOf(other)}`)
    await go.hear(/^dialled \/noise \/yamux\/1\.0\.0$/)
    go.tell(`protocols ${printKeyName(own.network.key)}`)
    const told = await go.hear(/^protocols /)
    assert.match(told, /^protocols oasis-core\/26\.1 /)
    for (const protocol of [SYNC, '/meshsub/1.2.0', '/ipfs/id/1.0.0']) {
      assert.ok(told.includes(protocol), told)
    }
  })

  it('gossip both ways, under the same ids', async () => {
    await using go = new GoPeer(program.path, 'peer', 'go', CHAIN)
    await using own = await LiveNetwork.start('own')
    const { address } = await listening(go)
    const { topic, next } = hearing(own.network, accept)
    go.tell(`topic ${TX}`)
    await go.hear(/^joined /)
    // Published before there is anybody: it waits for listeners.
    topic.publish(message('from ours'))
    await own.network.dial(address)
    const heard = await go.hear(/^heard /)
    const words = heard.split(' ')
    assert.deepEqual(words.slice(1, 4), [TX, toBase64(own.network.key), '9'])
    assert.equal(words[5], toHex(messageIdOf(TX, message('from ours'))))
    go.tell(`publish ${TX} ${toHex(toUtf8('from theirs'))}`)
    assert.equal(await next(), `from theirs by ${toBase64(address.id)}`)
  })

  it('pass on what is good, and what may become good; nothing else', async () => {
    await using go = new GoPeer(program.path, 'peer', 'go', CHAIN)
    await using first = await LiveNetwork.start('first')
    await using last = await LiveNetwork.start('last')
    const { address } = await listening(go)
    go.tell(`topic ${TX}`)
    await go.hear(/^joined /)
    const sending = hearing(first.network, accept)
    const hearingLast = hearing(last.network, accept)
    await first.network.dial(address)
    await last.network.dial(address)
    await passedOn((words) => sending.topic.publish(message(words)), hearingLast.next)
    sending.topic.publish(message('refuse this'))
    sending.topic.publish(message('later'))
    assert.match(await hearingLast.next(), /^later by /)
    const again = new RegExp(`^heard .* ${toHex(toUtf8('later'))} `)
    await go.hear(again)
    await go.hear(again)
  })

  it('pass on messages of the other kind through ours in the middle', async () => {
    await using left = new GoPeer(program.path, 'peer', 'left', CHAIN)
    await using right = new GoPeer(program.path, 'peer', 'right', CHAIN)
    await using own = await LiveNetwork.start('own')
    const refused = (words: string): Verdict =>
      words.startsWith('refuse') ? { verdict: 'reject', why: 'so' } : { verdict: 'accept' }
    const { next } = hearing(own.network, refused)
    for (const go of [left, right]) {
      const { address } = await listening(go)
      go.tell(`topic ${TX}`)
      await go.hear(/^joined /)
      await own.network.dial(address)
    }
    const publish = (words: string) => left.tell(`publish ${TX} ${toHex(toUtf8(words))}`)
    await passedOn(publish, () => right.hear(/^heard /))
    publish('refuse this')
    publish('good one')
    for (let heard = ''; !heard.startsWith('good one'); heard = await next()) await undefined
    for (let heard = ''; heard !== toHex(toUtf8('good one')); ) {
      heard = (await right.hear(/^heard /)).split(' ')[4]!
      assert.notEqual(heard, toHex(toUtf8('refuse this')))
    }
  })

  it('ask each other: results, errors, methods that there are not, protocols of other chains', async () => {
    await using go = new GoPeer(program.path, 'peer', 'go', CHAIN)
    await using own = await LiveNetwork.start('own')
    const { address, name } = await listening(go)
    go.tell(`serve ${SYNC}`)
    await go.hear(/^serving /)
    own.network.serve(SYNC, ({ method, body, from }, reply) => {
      assert.deepEqual(from, address.id)
      if (method === 'Echo') return reply({ kind: 'ok', body })
      if (method === 'World') {
        return reply({ kind: 'error', error: new UnavailableError('live.world', 'the world') })
      }
      reply({ kind: 'error', error: new CodedError('tired', 7, 'tired.x', 'tired: too tired') })
    })
    await own.network.dial(address)
    await speaking(own.network, SYNC)
    const long = encode(bytes, new Uint8Array(3_000_000).fill(5))
    for (const body of [Uint8Array.of(0xf6), long]) {
      const echoed = await asking(own.network, question('Echo', body))
      assert.equal(echoed.kind, 'answered')
      assert.deepEqual(echoed.answer.value, body)
    }
    const tired = await asking(own.network, question('Tired', Uint8Array.of(0xf6)))
    assert.equal(tired.kind, 'failed')
    assert.ok(tired.error instanceof CodedError)
    assert.deepEqual([tired.error.module, tired.error.code], ['tired', 7])
    const other = await asking(own.network, question('Other', Uint8Array.of(0xf6)))
    assert.ok(other.kind === 'failed' && other.error instanceof CodedError)
    assert.deepEqual([other.error.module, other.error.code], ['p2p/rpc', 1])
    assert.equal(other.error.message, 'rpc: method not supported')

    const self = printKeyName(own.network.key)
    go.tell(`call ${self} ${SYNC} Echo 43010203`)
    assert.equal(await go.hear(/^answered|^failed/), 'answered 43010203')
    go.tell(`call ${self} ${SYNC} Tired f6`)
    assert.match(await go.hear(/^answered|^failed/), /^failed unknown 1 call failed on all peers$/)
    const raw = (method: string) =>
      toHex(
        frameOf(
          parseHex(
            `a264626f6479f6666d6574686f64${(0x60 + method.length).toString(16)}${toHex(toUtf8(method))}`,
          ),
        ),
      )
    go.tell(`call-raw ${self} ${SYNC} ${raw('Tired')}`)
    assert.equal(await go.hear(/^answered|^refused/), 'refused tired 7 tired: too tired')
    go.tell(`call-raw ${self} ${SYNC} ${raw('World')}`)
    assert.equal(await go.hear(/^answered|^refused/), 'refused unknown 1 the world')
    const elsewhere = runtimeProtocolOf('d6'.repeat(32), RUNTIME_SERVICES.txsync, RUNTIME)
    go.tell(`call-raw ${self} ${elsewhere} ${raw('Echo')}`)
    assert.match(await go.hear(/^unopened/), /protocols not supported/)
    assert.equal(name.length, 52)
  })

  it('has nothing to say to frames that are none, and goes on', async () => {
    await using go = new GoPeer(program.path, 'peer', 'go', CHAIN)
    await using own = await LiveNetwork.start('own')
    const { address } = await listening(go)
    own.network.serve(SYNC, ({ body }, reply) => reply({ kind: 'ok', body }))
    await own.network.dial(address)
    await speaking(own.network, '/ipfs/id/1.0.0')
    const self = printKeyName(own.network.key)
    for (const frame of ['ffffffff00', '00000001ff', '00000005a1', '00000000', '0000']) {
      go.tell(`call-raw ${self} ${SYNC} ${frame}`)
      assert.match(await go.hear(/^unanswered|^answered|^refused|^!/), /^unanswered/)
    }
    go.tell(`call ${self} ${SYNC} Echo 01`)
    assert.equal(await go.hear(/^answered|^failed/), 'answered 01')
  })
})

describe("the reference's light service and ours", { skip: program.missing }, () => {
  it('answer each other', async () => {
    await using go = new GoPeer(program.path, 'peer', 'go', CHAIN)
    await using own = await LiveNetwork.start('own')
    const { address } = await listening(go)
    go.tell(`serve-light ${CHAIN}`)
    await go.hear(/^serving /)
    const evidence: string[] = []
    serveLight(own.network, CHAIN, {
      lightBlock: (height) => {
        if (height > 9n) throw consensusErrors.versionNotFound()
        return { height, meta: toUtf8('ours') }
      },
      validators: (height) => ({ height, meta: toUtf8('ours too') }),
      parameters: (height) => ({ ...zero(ParametersAnswer), height }),
      submitEvidence: ({ meta }) => void evidence.push(toHex(meta!)),
    })
    const peers = new LightPeers(own.network, CHAIN)
    await own.network.dial(address)
    await speaking(own.network, LIGHT)
    const light = peers.create()
    const block = await new Promise<Outcome<LightBlock>>((done) => light.lightBlock(5n, done))
    assert.ok(block.kind === 'answered')
    assert.deepEqual(block.answer.value, { height: 5n, meta: toUtf8('light block') })
    const params = await new Promise<Outcome<ParametersAnswer>>((done) =>
      light.parameters(6n, done),
    )
    assert.ok(params.kind === 'answered')
    assert.deepEqual(
      [params.answer.value.height, parseUtf8(params.answer.value.meta)],
      [6n, 'parameters'],
    )
    const none = await new Promise<Outcome<LightBlock>>((done) => light.lightBlock(-5n, done))
    assert.ok(none.kind === 'failed' && none.error instanceof CodedError)
    assert.deepEqual([none.error.module, none.error.code], ['consensus', 3])
    light.submitEvidence({ meta: Uint8Array.of(1, 2) }, () => undefined)
    assert.equal(await go.hear(/^evidence /), 'evidence 0102')

    const self = printKeyName(own.network.key)
    go.tell(`call ${self} ${LIGHT} GetLightBlock 07`)
    const answered = await go.hear(/^answered|^failed/)
    const told = decode(LightBlock, parseHex(answered.slice('answered '.length)))
    assert.deepEqual(told, { height: 7n, meta: toUtf8('ours') })
    go.tell(`call ${self} ${LIGHT} SubmitEvidence a1646d657461420304`)
    assert.equal(await go.hear(/^answered|^failed/), 'answered f6')
    assert.deepEqual(evidence, ['0304'])
  })
})

/** How it is asked whether a seed knows somebody. */
type KnowsOne = () => Promise<boolean>

describe('seeds', { skip: program.missing }, () => {
  it("of the reference's tell ours about theirs", async () => {
    await using seed = new GoPeer(program.path, 'seed', 'seed', CHAIN)
    const { address } = await listening(seed)
    await findEachOther(address, async () => {
      seed.tell('peers')
      return (await seed.hear(/^peers /)) !== 'peers []'
    })
  })

  it('of ours tell ours about theirs', async () => {
    const signer = createTestSigner('p2p', 'own seed')
    const seed = await SeedNode.create({
      world: realWorld(),
      signer,
      provider: kernelEd25519,
      forbidden: forbidKeys(),
      blockedIps: new Set(),
      listen: { host: '127.0.0.1', port: 0 },
      userAgent: 'oasis-core/26.1',
      peersMax: 100,
      reach: 'any',
    })
    await seed.start()
    try {
      const address = { id: PublicKey.check(signer.publicKey), address: seed.addresses[0]! }
      await findEachOther(address, async () => [...seed.registrations].length > 0)
    } finally {
      await seed.stop()
    }
  })
})

/** Long enough for a seed to hear where somebody listens. */
const KNOWN_MS_MAX = 3000

/**
 * A node of theirs that the seed knows. A seed of the reference forgets for an hour whoever is
 * faster to say what it has than where it listens: then there is another one.
 */
async function knownPeer(seed: ConsensusAddress, seedKnowsOne: KnowsOne): Promise<GoPeer> {
  const seedText = `${toBase64(seed.id)}@${printNodeAddress(seed.address)}`
  for (let attempt = 0; ; attempt++) {
    const go = new GoPeer(program.path, 'peer', `go ${attempt}`, CHAIN, seedText)
    await listening(go)
    go.tell(`dial ${printMultiaddr(seed.address)}/p2p/${printKeyName(seed.id)}`)
    await go.hear(/^dialled /)
    go.tell(`serve ${SYNC}`)
    await go.hear(/^serving /)
    const endMs = performance.now() + KNOWN_MS_MAX
    while (performance.now() < endMs) {
      if (await seedKnowsOne()) return go
      await pause()
    }
    await go[Symbol.asyncDispose]()
  }
}

/** Two nodes that know nobody but the seed: the one wants what the other serves. */
async function findEachOther(seed: ConsensusAddress, seedKnowsOne: KnowsOne): Promise<void> {
  await using _go = await knownPeer(seed, seedKnowsOne)
  await using own = await LiveNetwork.start('own', { seeds: [seed] })
  own.network.want(SYNC, { registered: 1, total: 1 })
  await speaking(own.network, SYNC)
  const echoed = await asking(own.network, question('Echo', Uint8Array.of(7)))
  assert.equal(echoed.kind, 'answered')
}
