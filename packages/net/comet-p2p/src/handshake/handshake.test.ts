import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, EMPTY_BYTES } from '@wadi/base/bytes'
import { SeededRandom } from '@wadi/base/random'
import { chacha20Poly1305 } from '@wadi/crypto/aead/chacha20Poly1305'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import { encodeDelimited } from '@wadi/protobuf/codec'
import { stockDialect } from '@wadi/tendermint/dialect'
import { NodeInfo } from '@wadi/tendermint/messages/connection'
import { NODE_INFO_BYTES_MAX, NODE_INFO_CHANNELS_MAX } from '../limits.ts'
import { SecretConnection } from '../secret/secretConnection.ts'
import { infoOf } from '../testing/rawPeer.ts'
import { testKey } from '../testing/testNode.ts'
import { Handshake, type HandshakeOptions } from './handshake.ts'
import { checkNodeInfo, listenAddressOf } from './nodeInfo.ts'

function side(index: number, changes: Partial<HandshakeOptions> = {}): Handshake {
  return new Handshake({
    secret: {
      algorithms: { x25519, chacha20Poly1305 },
      key: testKey(index),
      dialect: stockDialect,
      ephemeralSecret: new SeededRandom(BigInt(index)).bytes(32),
    },
    own: infoOf(index),
    dialedId: undefined,
    checkId: () => undefined,
    ...changes,
  })
}

/** Both sides talk until nothing more is said; what each has got of the other. */
function shake(a: Handshake, b: Handshake): readonly (NodeInfo | undefined)[] {
  const infos: (NodeInfo | undefined)[] = [undefined, undefined]
  let [toA, toB] = [b.hello(), a.hello()]
  while (toA.length > 0 || toB.length > 0) {
    const fromA = toA.length > 0 ? a.receive(toA) : undefined
    const fromB = toB.length > 0 ? b.receive(toB) : undefined
    infos[0] ??= fromA?.done?.info
    infos[1] ??= fromB?.done?.info
    toA = fromB?.reply ?? EMPTY_BYTES
    toB = fromA?.reply ?? EMPTY_BYTES
  }
  return infos
}

/** What the first says of the second when that describes itself so. */
function refusal(own: NodeInfo, changes: Partial<HandshakeOptions> = {}): () => void {
  return () => void shake(side(1, changes), side(2, { own }))
}

describe('Handshake', () => {
  it('tells both sides who the other is and what it says of itself', () => {
    assert.deepEqual(shake(side(1), side(2)), [infoOf(2), infoOf(1)])
  })

  it('gives what came together with the description', () => {
    const [a, b] = [side(1), side(2)]
    const first = b.receive(a.hello())
    const second = a.receive(concatBytes(b.hello(), first.reply))
    const more = a.secret.seal(Uint8Array.of(1, 2, 3))
    const { done } = b.receive(concatBytes(second.reply, more))
    assert.deepEqual(done?.data, Uint8Array.of(1, 2, 3))
  })

  it('refuses somebody else than was dialed', () => {
    assert.throws(refusal(infoOf(2), { dialedId: infoOf(3).id }), { reason: 'p2p.wrongPeer' })
    assert.doesNotThrow(refusal(infoOf(2), { dialedId: infoOf(2).id }))
  })

  it('asks the owner about the id before anything is said of this node', () => {
    const a = side(1, {
      checkId: () => {
        throw new RangeError('not this one')
      },
    })
    assert.throws(() => shake(a, side(2)), RangeError)
  })

  it('refuses a description under another id, of this node itself, of another network', () => {
    assert.throws(refusal(infoOf(2, { id: infoOf(3).id })), { reason: 'p2p.idMismatch' })
    assert.throws(refusal(infoOf(2, { network: 'other' })), { reason: 'p2p.incompatible' })
    const twin = side(1, {
      secret: { ...secretOf(1), ephemeralSecret: new Uint8Array(32).fill(1) },
    })
    assert.throws(() => shake(side(1), twin), { reason: 'p2p.self' })
  })

  it('refuses another block version and no channel in common; other versions may differ', () => {
    const version = infoOf(2).protocolVersion
    const changed = (change: object) => infoOf(2, { protocolVersion: { ...version, ...change } })
    assert.throws(refusal(changed({ block: 12n })), { reason: 'p2p.incompatible' })
    assert.doesNotThrow(refusal(changed({ p2p: 9n, app: 99n })))
    const stranger = infoOf(2, { channels: Uint8Array.of(1) })
    assert.throws(refusal(stranger), { reason: 'p2p.incompatible' })
  })

  it('looks at the form first, then at the id, then at the network', () => {
    const wrong = { network: 'other', moniker: '' }
    assert.throws(refusal(infoOf(2, { ...wrong, id: infoOf(3).id })), { reason: 'p2p.badNodeInfo' })
    const other = infoOf(2, { network: 'other', id: infoOf(3).id })
    assert.throws(refusal(other), { reason: 'p2p.idMismatch' })
  })

  it('takes a description up to its bound and refuses a longer one before it has come', () => {
    const open = (length: number) => {
      const [a, b] = identified()
      return () => a.receive(b.seal(Uint8Array.of((length & 0x7f) | 0x80, length >> 7)))
    }
    assert.doesNotThrow(open(NODE_INFO_BYTES_MAX))
    assert.throws(open(NODE_INFO_BYTES_MAX + 1), { reason: 'protobuf.frameTooLarge' })
  })

  it('refuses what is no description', () => {
    const [a, b] = identified()
    const junk = b.seal(Uint8Array.of(2, 0xff, 0xff))
    assert.throws(() => a.receive(junk), { reason: 'p2p.badNodeInfo' })
  })
})

function secretOf(index: number) {
  return {
    algorithms: { x25519, chacha20Poly1305 },
    key: testKey(index),
    dialect: stockDialect,
    ephemeralSecret: new Uint8Array(32).fill(index),
  }
}

/** A handshake that waits for a description, and the other end's secret connection. */
function identified(): readonly [Handshake, SecretConnection] {
  const [a, b] = [side(1), new SecretConnection(secretOf(2))]
  const { reply } = b.receive(a.hello())
  b.receive(a.receive(concatBytes(b.hello(), reply)).reply)
  return [a, b]
}

describe('descriptions of nodes', () => {
  const refused = (changes: Partial<NodeInfo>) => {
    assert.throws(() => checkNodeInfo(infoOf(2, changes)), { reason: 'p2p.badNodeInfo' })
  }
  const accepted = (changes: Partial<NodeInfo>) => {
    assert.doesNotThrow(() => checkNodeInfo(infoOf(2, changes)))
  }

  it('name an address to listen on; names of hosts are not looked up', () => {
    for (const listenAddr of ['tcp://1.2.3.4:5', '[::1]:80', 'somebody.example:26656'])
      accepted({ listenAddr })
    for (const listenAddr of ['', '1.2.3.4', '1.2.3.4:65536', ':5', 'a@b:1', '1.2.3.4:x'])
      refused({ listenAddr })
    assert.equal(listenAddressOf(infoOf(2, { listenAddr: 'host.example:1' })), undefined)
    assert.equal(listenAddressOf(infoOf(2, { listenAddr: 'tcp://1.2.3.4:5' }))?.port, 5)
  })

  it('have an id of 40 digits', () => {
    for (const id of ['', 'ab', infoOf(2).id.slice(2), `${infoOf(2).id.slice(1)}g`]) refused({ id })
  })

  it('have up to 16 channels, each once', () => {
    const channels = Uint8Array.from({ length: NODE_INFO_CHANNELS_MAX + 1 }, (_, i) => i)
    accepted({ channels: channels.subarray(1) })
    refused({ channels })
    refused({ channels: Uint8Array.of(1, 2, 1) })
  })

  it('have texts of printable ASCII', () => {
    for (const text of ['tab\t', 'ümlaut', '   ', 'line\n']) {
      refused({ moniker: text })
      refused({ version: text })
      refused({ other: { txIndex: 'off', rpcAddress: text } })
    }
    refused({ moniker: '' })
    accepted({ version: '' })
    accepted({ other: { txIndex: '', rpcAddress: '' } })
    refused({ other: { txIndex: 'maybe', rpcAddress: '' } })
  })

  it('fit the bound even when all their texts are long', () => {
    const long = infoOf(2, { moniker: 'm'.repeat(9000), version: 'v'.repeat(1000) })
    assert.ok(encodeDelimited(NodeInfo, long).length <= NODE_INFO_BYTES_MAX)
  })
})
