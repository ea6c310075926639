/** A peer that shakes hands as it should and then says whatever a test wants. */

import { concatBytes, EMPTY_BYTES } from '@wadi/base/bytes'
import { encodeDelimited } from '@wadi/protobuf/codec'
import { stockDialect } from '@wadi/tendermint/dialect'
import { NodeInfo, Packet } from '@wadi/tendermint/messages/connection'
import type { NetAddress } from '../address/netAddress.ts'
import { DelimitedReader } from '../delimitedReader.ts'
import { peerIdOf } from '../handshake/peerId.ts'
import { NODE_INFO_BYTES_MAX } from '../limits.ts'
import { SecretConnection } from '../secret/secretConnection.ts'
import type { Wire } from '../sockets/contract.ts'
import { ALGORITHMS, DESCRIPTION, ECHO, type TestWorld, testKey } from './testNode.ts'

const EPHEMERAL_BYTES = 32

/** What raw peers and tests of handshakes say of themselves. */
export function infoOf(index: number, changes: Partial<NodeInfo> = {}): NodeInfo {
  const { protocolVersion, network, version, moniker, txIndex, rpcAddress } = DESCRIPTION
  return {
    protocolVersion,
    id: peerIdOf(testKey(index).publicKey),
    listenAddr: `10.0.0.${index}:26656`,
    network,
    version,
    channels: Uint8Array.of(ECHO.id),
    moniker,
    other: { txIndex, rpcAddress },
    ...changes,
  }
}

/** See the top of this file. */
export class RawPeer {
  readonly id: string
  readonly #secret: SecretConnection
  readonly #info: NodeInfo
  readonly #reader = new DelimitedReader(NODE_INFO_BYTES_MAX)
  #wire: Wire | undefined
  /** Everything that came after the handshake, in the clear. */
  received: Uint8Array = EMPTY_BYTES
  isReady = false
  isEnded = false

  private constructor(world: TestWorld, index: number, info: NodeInfo) {
    const key = testKey(index)
    this.id = peerIdOf(key.publicKey)
    this.#info = info
    this.#secret = new SecretConnection({
      algorithms: ALGORITHMS,
      key,
      dialect: stockDialect,
      ephemeralSecret: world.random.bytes(EPHEMERAL_BYTES),
    })
  }

  /** Dials a node from an address of its own and shakes hands. */
  static dial(
    world: TestWorld,
    index: number,
    target: NetAddress,
    changes: Partial<NodeInfo> = {},
  ): RawPeer {
    const peer = new RawPeer(world, index, infoOf(index, changes))
    const machine = world.internet.machine(world.addressOf(index).ip)
    machine.dial(target, (result) => {
      if (result.kind === 'connected') peer.#open(result.wire)
      else peer.isEnded = true
    })
    world.time.settle()
    return peer
  }

  /** Says something in the secret connection. */
  say(bytes: Uint8Array): void {
    this.#wire!.write(this.#secret.seal(bytes))
  }

  /** Says a packet. */
  sayPacket(packet: Packet): void {
    this.say(encodeDelimited(Packet, packet))
  }

  /** Says a piece of a message. */
  sayPiece(channelId: number, data: Uint8Array, eof: boolean): void {
    this.sayPacket({ kind: 'message', body: { channelId, eof, data } })
  }

  /** Sends bytes as they are. */
  write(bytes: Uint8Array): void {
    this.#wire!.write(bytes)
  }

  get wire(): Wire {
    return this.#wire!
  }

  #open(wire: Wire): void {
    this.#wire = wire
    wire.open({
      received: (bytes) => this.#receive(wire, bytes),
      drained: () => undefined,
      ended: () => {
        this.isEnded = true
      },
    })
    wire.write(this.#secret.hello())
  }

  #receive(wire: Wire, bytes: Uint8Array): void {
    const isKnown = this.#secret.remoteKey !== undefined
    const { reply, data } = this.#secret.receive(bytes)
    if (reply.length > 0) wire.write(reply)
    if (!isKnown && this.#secret.remoteKey !== undefined)
      this.say(encodeDelimited(NodeInfo, this.#info))
    if (this.isReady) {
      this.received = concatBytes(this.received, data)
      return
    }
    this.#reader.push(data)
    this.isReady = this.#reader.next() !== undefined
  }
}
