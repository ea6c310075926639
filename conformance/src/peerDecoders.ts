/** Decoders of what peers send before and while they are peers, and of the files about them. */

import { EMPTY_BYTES, parseUtf8, toUtf8 } from '@wadi/base/bytes'
import { FakeClock } from '@wadi/base/clock'
import { decodeBook, encodeBook } from '@wadi/comet-p2p/book-file'
import { Mux } from '@wadi/comet-p2p/mux'
import { parseNetAddress } from '@wadi/comet-p2p/net-address'
import { checkNodeInfo } from '@wadi/comet-p2p/node-info'
import { decodePexMessage, encodeAddresses, PEX_REQUEST } from '@wadi/comet-p2p/pex-messages'
import { SecretConnection } from '@wadi/comet-p2p/secret-connection'
import { FrameSealer } from '@wadi/comet-p2p/secret-frames'
import { deriveSessionKeys } from '@wadi/comet-p2p/secret-keys'
import { publicKeyOfSeed, signMessage } from '@wadi/crypto/ed25519/sign'
import { nativeChaCha20Poly1305 } from '@wadi/node-crypto/native/chacha20Poly1305'
import { nativeX25519 } from '@wadi/node-crypto/native/x25519'
import { decode, encode, encodeDelimited } from '@wadi/protobuf/codec'
import { stockDialect } from '@wadi/tendermint/dialect'
import { AuthSignature, EphemeralKey, NodeInfo, Packet } from '@wadi/tendermint/messages/connection'
import type { Decoder } from './decoders.ts'

const seed = new Uint8Array(32).fill(5)
const publicKey = publicKeyOfSeed(seed)
const key = { publicKey, sign: (message: Uint8Array) => signMessage({ seed, publicKey }, message) }
const theirSecret = new Uint8Array(32).fill(8)
const theirKey = nativeX25519.publicKey(theirSecret)
const hello = encodeDelimited(EphemeralKey, { value: theirKey })
const ID = 'a1'.repeat(20)
const ADDRESS = parseNetAddress(`${ID}@1.2.3.4:5`)

function newConnection(): SecretConnection {
  return new SecretConnection({
    algorithms: { x25519: nativeX25519, chacha20Poly1305: nativeChaCha20Poly1305 },
    key,
    dialect: stockDialect,
    ephemeralSecret: new Uint8Array(32).fill(7),
  })
}

/** A connection that waits for the other side's proof; what is sealed for it; what is signed. */
function waitingConnection() {
  const connection = newConnection()
  const remoteKey = nativeX25519.publicKey(new Uint8Array(32).fill(7))
  connection.receive(hello)
  const secret = nativeX25519.agree(theirSecret, remoteKey)!
  const keys = deriveSessionKeys({ localKey: theirKey, remoteKey, secret })
  const sealer = new FrameSealer(nativeChaCha20Poly1305.useKey(keys.sendKey))
  return { connection, sealer, challenge: keys.challenge }
}

function newMux(): Mux {
  const clock = new FakeClock()
  const nothing = () => undefined
  return new Mux({
    clock,
    timers: { after: () => ({ cancel: nothing }) },
    channels: [{ id: 0x20, priority: 1, sendQueueMax: 1, messageBytesMax: 100_000 }],
    sendBytesPerSecond: 1,
    events: {
      write: () => true,
      received: nothing,
      drained: nothing,
      unanswered: nothing,
      held: nothing,
    },
  })
}

const piece = (data: Uint8Array, eof: boolean) =>
  encodeDelimited(Packet, { kind: 'message', body: { channelId: 0x20, eof, data } })

const proof = encodeDelimited(AuthSignature, {
  publicKey,
  signature: key.sign(waitingConnection().challenge),
})

const description = encode(NodeInfo, {
  protocolVersion: { p2p: 8n, block: 11n, app: 1n },
  id: ID,
  listenAddr: 'tcp://1.2.3.4:5',
  network: 'chain',
  version: '0.37.18',
  channels: Uint8Array.of(0x20, 0x21),
  moniker: 'node',
  other: { txIndex: 'off', rpcAddress: '' },
})

const book = encodeBook({
  key: 'key',
  entries: [
    {
      address: ADDRESS,
      source: ADDRESS,
      kind: 'new',
      buckets: [1, 2],
      attempts: 0,
      lastAttemptMs: Date.UTC(2026, 0, 1),
      lastSuccessMs: undefined,
      bannedUntilMs: undefined,
    },
  ],
})

/** See the top of this file. */
export function peerDecoders(): readonly Decoder[] {
  return [
    {
      name: 'secret connection: ephemeral key',
      good: [hello],
      decode: (bytes) => newConnection().receive(bytes),
    },
    {
      name: 'secret connection: sealed bytes',
      good: [waitingConnection().sealer.seal(proof)],
      decode: (bytes) => waitingConnection().connection.receive(bytes),
    },
    {
      name: 'secret connection: proof of a key',
      good: [proof],
      decode(bytes) {
        const { connection, sealer } = waitingConnection()
        return connection.receive(sealer.seal(bytes))
      },
    },
    {
      name: 'packets',
      good: [
        piece(new Uint8Array(1024), true),
        piece(EMPTY_BYTES, false),
        encodeDelimited(Packet, { kind: 'ping', body: {} }),
        encodeDelimited(Packet, { kind: 'pong', body: {} }),
      ],
      decode: (bytes) => newMux().receive(bytes),
    },
    {
      name: 'description of a node',
      good: [description],
      decode: (bytes) => checkNodeInfo(decode(NodeInfo, bytes)),
    },
    {
      name: 'message about addresses',
      good: [encodeAddresses([ADDRESS, ADDRESS]), PEX_REQUEST],
      decode: decodePexMessage,
    },
    { name: 'address book', good: [book], decode: decodeBook },
    {
      name: 'address of a peer',
      good: [toUtf8(`${ID}@[2600::1]:26656`)],
      decode: (bytes) => parseNetAddress(parseUtf8(bytes)),
    },
  ]
}
