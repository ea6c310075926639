import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseUtf8, toUtf8 } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { make } from '@wadi/cbor/codec'
import type { Question, Verdict } from '@wadi/contracts/runtime-network'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { Namespace } from '@wadi/primitives/namespace'
import { Node } from '@wadi/primitives/node'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { GRACE_MS, MESSAGE_BYTES_MAX, REPUBLISH_MS_MIN } from './limits.ts'
import { LIGHT_SERVICE, protocolOf, topicOf } from './names.ts'
import type { Libp2pNetwork } from './network.ts'
import { signerOf } from './testing/keys.ts'
import { CHAIN } from './testing/startLoopback.ts'
import { addressOf, outcomeOf, TestNetworks, until } from './testing/testNetworks.ts'
import { realWorld } from './testing/world.ts'

const PROTOCOL = protocolOf(CHAIN, LIGHT_SERVICE)
const TOPIC = topicOf(CHAIN, 'tx', Namespace.zero)
const ACCEPT: Verdict = { verdict: 'accept' }

const question = (method: string, over: Partial<Question<Uint8Array>> = {}) => ({
  protocol: PROTOCOL,
  method,
  body: Uint8Array.of(0xf6),
  read: (body: Uint8Array) => body,
  ...over,
})

function listen(network: Libp2pNetwork, verdict: (words: string) => Verdict = () => ACCEPT) {
  const heard: string[] = []
  const authors: PublicKey[] = []
  const topic = network.join(TOPIC, (message, author, decide) => {
    heard.push(parseUtf8(message.subarray(0, 20)))
    authors.push(author)
    decide(verdict(heard.at(-1)!))
  })
  return { topic, heard, authors, say: (words: string) => topic.publish(toUtf8(words)) }
}

describe('the network of runtimes', () => {
  it('carries messages to all who listen, with their authors, and none back', async () => {
    await using networks = new TestNetworks()
    const [a, b] = [await networks.start('a'), await networks.start('b')]
    const [atA, atB] = [listen(a), listen(b)]
    atA.say('one')
    await a.dial(addressOf(b))
    atB.say('two')
    await until(() => atA.heard.length > 0 && atB.heard.length > 0)
    assert.deepEqual([atA.heard, atB.heard], [['two'], ['one']])
    assert.deepEqual([atA.authors, atB.authors], [[b.key], [a.key]])
    assert.equal(a.republishMsMin, REPUBLISH_MS_MIN)
  })

  it('carries them on through who accepts them, under the name of their authors', async () => {
    await using networks = new TestNetworks()
    const [a, b, c] = [
      await networks.start('a'),
      await networks.start('b'),
      await networks.start('c'),
    ]
    const refused = (words: string): Verdict =>
      words === 'bad' ? { verdict: 'reject', why: 'so' } : ACCEPT
    const [atA, atB, atC] = [listen(a), listen(b, refused), listen(c)]
    await a.dial(addressOf(b))
    await c.dial(addressOf(b))
    // Whoever is between has to know both ends first.
    for (let i = 0; atC.heard.length === 0; i++) {
      atA.say(`${i}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    atA.say('bad')
    atA.say('good')
    await until(() => atC.heard.includes('good'))
    assert.ok(atB.heard.includes('bad'))
    assert.equal(atC.heard.includes('bad'), false)
    assert.ok(atC.authors.every((author) => author.join() === a.key.join()))
    assert.deepEqual(c.connected, [b.key])
  })

  it('carries messages up to their bound', async () => {
    await using networks = new TestNetworks()
    const [a, b] = [await networks.start('a'), await networks.start('b')]
    const { topic } = listen(a)
    const sizes: number[] = []
    b.join(TOPIC, (message, _author, decide) => {
      sizes.push(message.length)
      decide(ACCEPT)
    })
    await a.dial(addressOf(b))
    assert.equal(topic.publish(new Uint8Array(MESSAGE_BYTES_MAX + 1)), false)
    assert.equal(topic.publish(new Uint8Array(MESSAGE_BYTES_MAX)), true)
    await until(() => sizes.length > 0)
    assert.deepEqual(sizes, [MESSAGE_BYTES_MAX])
  })

  it('says nothing to those of another chain', async () => {
    await using networks = new TestNetworks()
    const other = 'd6'.repeat(32)
    const [a, b] = [await networks.start('a'), await networks.start('b', { chainContext: other })]
    const { heard } = listen(a)
    b.join(topicOf(other, 'tx', Namespace.zero), () => undefined).publish(toUtf8('psst'))
    b.serve(protocolOf(other, LIGHT_SERVICE), (_request, reply) =>
      reply({ kind: 'ok', body: new Uint8Array(1) }),
    )
    await a.dial(addressOf(b))
    await until(() => a.peersOf('/ipfs/id/1.0.0').length > 0)
    assert.deepEqual(a.peersOf(PROTOCOL), [])
    const outcome = await outcomeOf(a, question('Echo'))
    assert.ok(outcome.kind === 'failed')
    assert.equal(outcome.error.reason, 'libp2p.nobody')
    assert.deepEqual(heard, [])
  })

  it('asks and answers: results, errors, nothing', async () => {
    await using networks = new TestNetworks()
    const [a, b] = [await networks.start('a'), await networks.start('b')]
    b.serve(PROTOCOL, ({ method, body, from }, reply) => {
      assert.deepEqual(from, a.key)
      if (method === 'Echo') return reply({ kind: 'ok', body })
      if (method === 'Refuse') throw new CodedError('tired', 7, 'tired.x', 'too tired')
      if (method === 'World') {
        return reply({ kind: 'error', error: new UnavailableError('x.y', 'no disk') })
      }
    })
    await a.dial(addressOf(b))
    await until(() => a.peersOf(PROTOCOL).length > 0)
    const long = new Uint8Array(3_000_000).fill(0x00)
    for (const body of [Uint8Array.of(0xf6), long]) {
      const encoded =
        body === long ? Buffer.concat([Uint8Array.of(0x5a, 0, 0x2d, 0xc6, 0xc0), long]) : body
      const outcome = await outcomeOf(a, question('Echo', { body: encoded }))
      assert.ok(outcome.kind === 'answered')
      assert.equal(outcome.answer.value.length, encoded.length)
      assert.deepEqual(outcome.answer.feedback.peer, b.key)
    }
    const refused = await outcomeOf(a, question('Refuse'))
    assert.ok(refused.kind === 'failed' && refused.error instanceof CodedError)
    assert.deepEqual([refused.error.module, refused.error.code], ['tired', 7])
    const world = await outcomeOf(a, question('World'))
    assert.ok(world.kind === 'failed' && world.error instanceof UnavailableError)
    const silent = await outcomeOf(a, question('Silent', { responseMsMax: 50 }))
    assert.ok(silent.kind === 'failed')
    assert.equal(silent.error.reason, 'libp2p.tooLate')
  })

  it('asks many at once', async () => {
    await using networks = new TestNetworks()
    const asking = await networks.start('asking')
    for (const name of [1, 2, 3]) {
      const other = await networks.start(`${name}`)
      other.serve(PROTOCOL, (_request, reply) => reply({ kind: 'ok', body: Uint8Array.of(name) }))
      await asking.dial(addressOf(other))
    }
    await until(() => asking.peersOf(PROTOCOL).length === 3)
    const names: number[] = []
    const count = await new Promise((resolve) => {
      asking.askMany(
        question('Name'),
        ({ value }) => {
          names.push(value[0]!)
          return 'more'
        },
        resolve,
      )
    })
    assert.equal(count, 3)
    assert.deepEqual(
      names.toSorted((x, y) => x - y),
      [1, 2, 3],
    )
  })

  it('blocks who misbehaves, in both directions, until the end', async () => {
    await using networks = new TestNetworks()
    const [a, b] = [await networks.start('a'), await networks.start('b')]
    b.serve(PROTOCOL, ({ body }, reply) => reply({ kind: 'ok', body }))
    await a.dial(addressOf(b))
    await until(() => a.peersOf(PROTOCOL).length > 0)
    const outcome = await outcomeOf(a, question('Echo'))
    assert.ok(outcome.kind === 'answered')
    outcome.answer.feedback.misbehaved()
    assert.deepEqual(a.peersOf(PROTOCOL), [])
    await until(() => a.connected.length === 0 && b.connected.length === 0)
    await assert.rejects(a.dial(addressOf(b)))
    await assert.rejects(async () => {
      await b.dial(addressOf(a))
      // It may seem to work until the other side has looked who that is.
      await until(() => b.connected.length === 0)
      throw new Error('hung up')
    })
    assert.deepEqual(a.connected, [])
  })

  it('dials nodes of the registry that have what is wanted, and persistent peers', async () => {
    await using networks = new TestNetworks()
    const [a, b] = [await networks.start('a'), await networks.start('b')]
    const c = await networks.start('c', { persistentPeers: [addressOf(a)] })
    b.serve(PROTOCOL, ({ body }, reply) => reply({ kind: 'ok', body }))
    const { id, address } = addressOf(b)
    a.replaceNodes([make(Node, { p2p: { id, addresses: [address] } })])
    a.want(PROTOCOL, LIGHT_SERVICE.wanted)
    await until(() => a.peersOf(PROTOCOL).length === 1 && c.connected.length === 1)
    assert.deepEqual(c.connected, [a.key])
    a.setImportant('compute', Namespace.zero, [id])
    a.setImportant('compute', Namespace.zero, [])
  })

  it('counts under the names of the reference', async () => {
    await using networks = new TestNetworks()
    const world = realWorld()
    const a = await networks.start('a', { world })
    const b = await networks.start('b')
    b.serve(PROTOCOL, ({ body }, reply) => reply({ kind: 'ok', body }))
    await a.dial(addressOf(b))
    await until(() => a.peersOf(PROTOCOL).length > 0)
    const body = Uint8Array.of(0x01)
    await outcomeOf(a, { protocol: PROTOCOL, method: 'Echo', body, read: (answer) => answer })
    const counted = world.metrics.collect()
    assert.deepEqual(
      counted.map(({ metric }) => metric.name),
      [
        'oasis_codec_size',
        ...['blocked_peers', 'connections', 'peers', 'protocols', 'topics'].map(
          (name) => `oasis_p2p_${name}`,
        ),
      ],
    )
    const sizes = counted[0]!.series.map(({ labels, count }) => [...labels, count])
    assert.deepEqual(sizes, [
      ['write', 'p2p/rpc', 1],
      ['read', 'p2p/rpc', 1],
    ])
  })

  it('finds those again whom it knew before, and tells how many there are', async () => {
    await using networks = new TestNetworks()
    let content: Uint8Array | undefined
    const book = {
      load: async () => content,
      save: async (saved: Uint8Array) => {
        content = saved
      },
    }
    const b = await networks.start('b')
    b.serve(PROTOCOL, ({ body }, reply) => reply({ kind: 'ok', body }))
    const before = await networks.start('a', { book })
    await before.dial(addressOf(b))
    await until(() => before.peersOf(PROTOCOL).length > 0)
    await before.stop()
    const again = await networks.start('a', { book })
    again.want(PROTOCOL, LIGHT_SERVICE.wanted)
    await until(() => again.peersOf(PROTOCOL).length > 0)
    again.join(TOPIC, () => undefined)
    const { name, ...counts } = again.status
    assert.match(name, /^12D3Koo/)
    assert.deepEqual(counts, {
      peerCount: 1,
      connectionCount: 1,
      protocols: new Map([[PROTOCOL, 1]]),
      topics: new Map([[TOPIC, 0]]),
    })
  })

  it('lets somebody else go for whoever comes when there are too many', async () => {
    await using networks = new TestNetworks()
    // Everybody has been here for long, by this clock.
    const { clock, ...world } = realWorld()
    const late = { ...clock, unixMs: () => clock.unixMs() + GRACE_MS }
    const small = await networks.start('small', {
      world: { ...world, clock: late },
      peersMax: 1,
      peersDelta: 0,
    })
    const kept = await networks.start('kept')
    small.setImportant('compute', Namespace.zero, [kept.key])
    await kept.dial(addressOf(small))
    await until(() => small.connected.length === 1)
    const other = await networks.start('other')
    await other.dial(addressOf(small)).catch(() => undefined)
    await until(() => other.connected.length === 0)
    assert.deepEqual(small.connected, [kept.key])
  })

  it('hears what peers begin to serve after they were connected', async () => {
    await using networks = new TestNetworks()
    const [a, b] = [await networks.start('a'), await networks.start('b')]
    await a.dial(addressOf(b))
    await until(() => a.peersOf('/ipfs/id/1.0.0').length > 0)
    b.serve(PROTOCOL, ({ body }, reply) => reply({ kind: 'ok', body }))
    await until(() => a.peersOf(PROTOCOL).length === 1)
  })

  it('says which port is taken, in a line', async () => {
    await using networks = new TestNetworks()
    const { port } = (await networks.start('a')).addresses[0]!
    await assert.rejects(
      networks.start('b', { listen: { host: '127.0.0.1', port: Number(port) } }),
      (error) => {
        assert.ok(error instanceof UnavailableError)
        assert.equal(error.message, `libp2p: cannot listen at 127.0.0.1:${port}: EADDRINUSE`)
        return true
      },
    )
  })
})

describe('nodes that may not sign', () => {
  it('are refused by whoever forbids their keys', async () => {
    await using networks = new TestNetworks()
    const forbidden = forbidKeys([signerOf('evil').publicKey])
    const strict = await networks.start('strict', { forbidden })
    const evil = await networks.start('evil')
    await assert.rejects(strict.dial(addressOf(evil)))
    await evil.dial(addressOf(strict)).catch(() => undefined)
    await until(() => evil.connected.length === 0)
    assert.deepEqual(strict.connected, [])
  })

  it('are refused by their addresses', async () => {
    await using networks = new TestNetworks()
    const strict = await networks.start('strict', { blockedIps: ['127.0.0.1'] })
    const other = await networks.start('other')
    await assert.rejects(strict.dial(addressOf(other)))
    await assert.rejects(other.dial(addressOf(strict)))
  })
})
