/** An application whose state is a hash of all transactions, and is durable when it commits. */

import { concatBytes, EMPTY_BYTES } from '@wadi/base/bytes'
import { BugError } from '@wadi/base/errors'
import type {
  Application,
  ApplicationInfo,
  CheckTxResponse,
  CommitResponse,
  EndBlockResponse,
  InitChainResponse,
  PrepareProposalRequest,
  TxResult,
} from '@wadi/contracts/application'
import { sha256 } from '@wadi/crypto/hash/sha256'

const RESULT = { code: 0, codespace: '', data: EMPTY_BYTES, log: '', gasWanted: 0n, gasUsed: 0n }

/** See the top of this file. Transactions that begin with 0xff are refused. */
export class MemoryApplication implements Application {
  #height = 0n
  #appHash: Uint8Array = EMPTY_BYTES
  #running = { height: 0n, appHash: EMPTY_BYTES as Uint8Array }
  /** Blocks below are no longer needed. */
  retainHeight = 0n

  info(): ApplicationInfo {
    return { height: this.#height, appHash: this.#appHash, appVersion: 1n, version: 'memory' }
  }

  initChain(): InitChainResponse {
    this.#appHash = new Uint8Array(32)
    return { consensusParams: undefined, validators: [], appHash: this.#appHash }
  }

  checkTx(transaction: Uint8Array): CheckTxResponse {
    return { ...RESULT, code: transaction[0] === 0xff ? 1 : 0, sender: '', priority: 0n }
  }

  prepareProposal({ transactions }: PrepareProposalRequest): readonly Uint8Array[] {
    return transactions
  }

  processProposal(): boolean {
    return true
  }

  beginBlock({ height }: { readonly height: bigint }): readonly never[] {
    this.#running = { height, appHash: this.#appHash }
    return []
  }

  deliverTx(transaction: Uint8Array): TxResult {
    this.#running.appHash = sha256(concatBytes(this.#running.appHash, transaction))
    return { ...RESULT, events: [] }
  }

  endBlock(): EndBlockResponse {
    return { validatorUpdates: [], consensusParamUpdates: undefined, events: [] }
  }

  commit(): CommitResponse {
    this.#height = this.#running.height
    this.#appHash = this.#running.appHash
    return { appHash: this.#appHash, retainHeight: this.retainHeight }
  }

  listSnapshots(): readonly never[] {
    return []
  }

  loadSnapshotChunk(): Uint8Array {
    return EMPTY_BYTES
  }

  offerSnapshot(): 'reject' {
    return 'reject'
  }

  applySnapshotChunk(): never {
    throw new BugError('there are no snapshots')
  }
}
