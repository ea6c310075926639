/** A signer that dials into a node over TCP, and signs whatever it is asked. For tests. */

import { nodeSockets } from '@wadi/comet-p2p/node-sockets'
import { SecretConnection } from '@wadi/comet-p2p/secret-connection'
import type { Endpoint, Wire } from '@wadi/comet-p2p/sockets'
import { SignerMessage } from '@wadi/engine/signer-messages'
import { honestAnswer } from '@wadi/engine/testing/honest-answer'
import type { KeyPair } from '@wadi/node-crypto/keys/keyFile'
import { decodeDelimited, encodeDelimited } from '@wadi/protobuf/codec'
import type { SignatureDialect } from '@wadi/tendermint/dialect'
import { signerIn } from '../nodeKeys.ts'
import { SECRET_ALGORITHMS } from '../nodeNetwork.ts'
import { processRandom } from '../processWorld.ts'

const SECRET_BYTES = 32

/** What the signer has. */
export interface DialingSignerOptions {
  readonly endpoint: Endpoint
  /** Of the validator. */
  readonly key: KeyPair
  /** Of the connection. */
  readonly connectionKey: KeyPair
  readonly dialect: SignatureDialect
}

/** See the top of this file. */
export class DialingSigner {
  readonly #options: DialingSignerOptions
  readonly #secret: SecretConnection
  #wire: Wire | undefined
  /** Kinds of what it was asked. */
  readonly asked: SignerMessage['kind'][] = []
  /** Who was dialed, once it has shown its key. */
  remoteKey: Uint8Array | undefined
  /** Told when the connection is over. */
  readonly ended: Promise<void>
  #end: () => void = () => undefined

  constructor(options: DialingSignerOptions) {
    this.#options = options
    const { connectionKey, dialect, endpoint } = options
    this.#secret = new SecretConnection({
      algorithms: SECRET_ALGORITHMS,
      key: { publicKey: connectionKey.publicKey, sign: signerIn(dialect, connectionKey) },
      dialect,
      ephemeralSecret: processRandom.bytes(SECRET_BYTES),
    })
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    nodeSockets.dial(endpoint, (result) => {
      if (result.kind === 'failed') this.#end()
      else this.#open(result.wire)
    })
  }

  /** Sends bytes, in the connection's frames if they are secret already. */
  say(bytes: Uint8Array): void {
    this.#wire?.write(this.remoteKey === undefined ? bytes : this.#secret.seal(bytes))
  }

  hangUp(): void {
    this.#wire?.close()
    this.#end()
  }

  #open(wire: Wire): void {
    this.#wire = wire
    wire.open({
      received: (bytes) => this.#receive(bytes),
      drained: () => undefined,
      ended: () => this.#end(),
    })
    wire.write(this.#secret.hello())
  }

  #receive(bytes: Uint8Array): void {
    const { reply, data } = this.#secret.receive(bytes)
    if (reply.length > 0) this.#wire?.write(reply)
    this.remoteKey = this.#secret.remoteKey
    if (data.length === 0) return
    // One question at a time, each of less than a frame.
    const said = decodeDelimited(SignerMessage, data)
    this.asked.push(said.kind)
    const { key, dialect } = this.#options
    const signer = { publicKey: key.publicKey, sign: signerIn(dialect, key) }
    this.say(encodeDelimited(SignerMessage, honestAnswer(said, signer)))
  }
}
