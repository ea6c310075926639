/**
 * Where a signer on another machine dials in: TCP with a secret connection, as with CometBFT.
 *
 * CometBFT lets anybody in. So does this, one after the other, if the operator names no key; but
 * who is there cannot be pushed out by who comes later. Wrong signatures are refused from anybody.
 */

import { equalBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { RandomSource } from '@wadi/base/random'
import type { Timers } from '@wadi/base/timers'
import { SecretConnection, type SecretOptions } from '@wadi/comet-p2p/secret-connection'
import type { Closable, Endpoint, Sockets, Wire } from '@wadi/comet-p2p/sockets'
import { X25519_BYTES } from '@wadi/crypto/x25519/x25519'
import type { RemoteSigner } from '@wadi/engine/remote-signer'
import { attachSigner, type SignerStream } from '@wadi/engine/signer-stream'
import { SIGNER_CONNECTIONS_MAX, SIGNER_HANDSHAKE_MS } from './limits.ts'

/** What a port for a signer is made of. */
export interface SignerPortOptions extends Omit<SecretOptions, 'ephemeralSecret'> {
  readonly signer: RemoteSigner
  readonly endpoint: Endpoint
  /** The key of the signer's connection, which is not that with which it signs. */
  readonly connectionKey: Uint8Array | undefined
  readonly sockets: Sockets
  readonly timers: Timers
  readonly random: RandomSource
  readonly log: Logger
}

/** A port that listens. */
export interface SignerPort extends Closable {
  readonly endpoint: Endpoint
}

/** Listens; throws what stands in the way. */
export function openSignerPort(options: SignerPortOptions): Promise<SignerPort> {
  const guests = new Guests(options)
  const { sockets, endpoint } = options
  return new Promise((resolve, reject) => {
    const listening = sockets.listen(endpoint, {
      failed: reject,
      ready: (at) =>
        resolve({
          endpoint: at,
          close() {
            listening.close()
            guests.close()
          },
        }),
      accepted: (wire) => guests.accept(wire),
    })
  })
}

/** Everybody who is connected. */
class Guests {
  readonly #options: SignerPortOptions
  readonly #open = new Set<() => void>()
  /** The one who is asked. */
  #signer: Wire | undefined

  constructor(options: SignerPortOptions) {
    this.#options = options
  }

  accept(wire: Wire): void {
    if (this.#open.size >= SIGNER_CONNECTIONS_MAX) {
      wire.close()
      return
    }
    const { timers, random } = this.#options
    const ephemeralSecret = random.bytes(X25519_BYTES)
    const secret = new SecretConnection({ ...this.#options, ephemeralSecret })
    let stream: SignerStream | undefined
    const end = () => {
      if (!this.#open.delete(end)) return
      timer.cancel()
      if (this.#signer === wire) this.#signer = undefined
      wire.close()
      secret.wipe()
      stream?.ended()
    }
    const timer = timers.after(SIGNER_HANDSHAKE_MS, end)
    this.#open.add(end)
    const meet = (): SignerStream | undefined => {
      if (secret.remoteKey === undefined) return undefined
      timer.cancel()
      if (!this.#isWelcome(secret.remoteKey)) {
        end()
        return undefined
      }
      this.#signer = wire
      return attachSigner(this.#options.signer, {
        write: (bytes) => void (this.#open.has(end) && wire.write(secret.seal(bytes))),
        close: end,
      })
    }
    const receive = (bytes: Uint8Array) => {
      const { reply, data } = secret.receive(bytes)
      if (reply.length > 0) wire.write(reply)
      stream ??= meet()
      if (data.length > 0) stream?.received(data)
    }
    wire.open({
      received: (bytes) => this.#survive(end, () => receive(bytes)),
      drained: () => undefined,
      ended: end,
    })
    wire.write(secret.hello())
  }

  close(): void {
    for (const end of [...this.#open]) end()
  }

  #isWelcome(key: Uint8Array): boolean {
    const { connectionKey, log } = this.#options
    if (connectionKey === undefined) return this.#signer === undefined
    if (equalBytes(key, connectionKey)) return true
    log.warn('somebody with another key dialed in where the signer does')
    return false
  }

  #survive(end: () => void, run: () => void): void {
    try {
      run()
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      this.#options.log.warn('somebody dialed in who is no signer', { why: error.message })
      end()
    }
  }
}
