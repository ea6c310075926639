/** From the first byte to a peer that may be one: bytes in, bytes out. */

import { concatBytes, EMPTY_BYTES } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decode, encodeDelimited } from '@wadi/protobuf/codec'
import { NodeInfo } from '@wadi/tendermint/messages/connection'
import { DelimitedReader } from '../delimitedReader.ts'
import { errors } from '../errors.ts'
import { NODE_INFO_BYTES_MAX } from '../limits.ts'
import { SecretConnection, type SecretOptions } from '../secret/secretConnection.ts'
import { checkCompatible, checkNodeInfo } from './nodeInfo.ts'
import { peerIdOf } from './peerId.ts'

/** What a handshake needs to know. */
export interface HandshakeOptions {
  readonly secret: SecretOptions
  readonly own: NodeInfo
  /** Who was dialed; undefined if we were. */
  readonly dialedId: string | undefined
  /** May throw a coded error: the owner does not want this one. */
  readonly checkId: (id: string) => void
}

/** What came of bytes that were received. */
export interface HandshakeReceived {
  /** To be sent at once. */
  readonly reply: Uint8Array
  /** The peer, if it is one, and what it said already. */
  readonly done: { readonly info: NodeInfo; readonly data: Uint8Array } | undefined
}

/** See the top of this file. Whatever is wrong is a coded error, and the connection is dead. */
export class Handshake {
  readonly #options: HandshakeOptions
  readonly #reader = new DelimitedReader(NODE_INFO_BYTES_MAX)
  readonly secret: SecretConnection
  /** Of the other side, once it has shown its key. */
  id: string | undefined

  constructor(options: HandshakeOptions) {
    this.#options = options
    this.secret = new SecretConnection(options.secret)
  }

  /** What is sent first. */
  hello(): Uint8Array {
    return this.secret.hello()
  }

  receive(bytes: Uint8Array): HandshakeReceived {
    const { reply, data } = this.secret.receive(bytes)
    const ownInfo = this.id === undefined ? this.#identify() : EMPTY_BYTES
    this.#reader.push(data)
    const message = this.#reader.next()
    if (message === undefined) return { reply: concatBytes(reply, ownInfo), done: undefined }
    const info = this.#checkInfo(message)
    const done = { info, data: this.#reader.rest() }
    return { reply: concatBytes(reply, ownInfo), done }
  }

  /** If the other side has shown its key: what we say of ourselves then. */
  #identify(): Uint8Array {
    const { remoteKey } = this.secret
    if (remoteKey === undefined) return EMPTY_BYTES
    const { dialedId, checkId, own } = this.#options
    const id = peerIdOf(remoteKey)
    this.id = id
    if (dialedId !== undefined && dialedId !== id) throw errors.wrongPeer(`${id} for ${dialedId}`)
    // The reference looks at this last; so early, who dialed itself learns it before the hang-up.
    if (id === own.id) throw errors.self()
    checkId(id)
    return this.secret.seal(encodeDelimited(NodeInfo, own))
  }

  #checkInfo(message: Uint8Array): NodeInfo {
    const { own } = this.#options
    const info = decodeInfo(message)
    checkNodeInfo(info)
    if (info.id !== this.id) throw errors.idMismatch(info.id)
    checkCompatible(own, info)
    return info
  }
}

function decodeInfo(message: Uint8Array): NodeInfo {
  try {
    return decode(NodeInfo, message)
  } catch (error) {
    if (error instanceof CodedError) throw errors.badNodeInfo(error.message)
    throw error
  }
}
