/** Tells a runtime where its key manager stands, as often as that changes. */

import { equalBytes } from '@wadi/base/bytes'
import { CodedError, isTold } from '@wadi/base/errors'
import { encode } from '@wadi/cbor/codec'
import { Status } from '@wadi/consensus/keymanager'
import type { Namespace } from '@wadi/primitives/namespace'
import type { RuntimeNotices } from '@wadi/runtime-host/runtime-notices'
import type { RuntimeAsk } from './runtimeAsk.ts'

/** Who asks, and who is told. */
export interface KeyManagerStatusOptions {
  readonly ask: RuntimeAsk
  readonly notices: Pick<RuntimeNotices, 'keyManagerStatus'>
  readonly onFatal: (error: unknown) => void
}

/** See the top of this file. */
export class KeyManagerStatus {
  readonly #options: KeyManagerStatusOptions
  #told: Uint8Array | undefined
  #isLooking = false

  constructor(options: KeyManagerStatusOptions) {
    this.#options = options
  }

  /** To be called when the consensus layer has come to a height. */
  applied(keyManager: Namespace | undefined, height: bigint): void {
    if (keyManager !== undefined && !this.#isLooking) void this.#look(keyManager, height)
  }

  async #look(id: Namespace, height: bigint): Promise<void> {
    const { ask, notices, onFatal } = this.#options
    this.#isLooking = true
    try {
      const status = await ask('KeyManager.Secrets/GetStatus', { id, height })
      const encoded = encode(Status, status)
      const isNews = this.#told === undefined || !equalBytes(this.#told, encoded)
      this.#told = encoded
      if (isNews) notices.keyManagerStatus(status)
    } catch (error) {
      // There is no status yet, or the node has been stopped: the next block is another chance.
      if (!(error instanceof CodedError) && !isTold(error)) onFatal(error)
    }
    this.#isLooking = false
  }
}
