/** What a node asks its runtime upon a block: checks, batches, queries. */

import { CodedError } from '@wadi/base/errors'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import type { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import type { HostedRuntime } from '@wadi/contracts/runtime-host'
import { Hash } from '@wadi/primitives/hash'
import type { ExecuteEffect } from '@wadi/runtime-executor/round/effect'
import {
  type CheckTxResult,
  EXECUTION_MODES,
  type ExecuteTxBatchResponse,
} from '@wadi/runtime-protocol/host-protocol/batches'
import type { Query } from '@wadi/runtime-protocol/runtime'
import type { Ask } from '../chain.ts'

/** A block, and the descriptor that is in force upon it. */
export interface CallBase {
  readonly annotated: AnnotatedBlock
  readonly runtime: Runtime
}

function refusalOf({ module, code, message }: CodedError): CheckTxResult {
  return { error: { module, code, message }, meta: undefined }
}

/** Calls of one runtime. */
export class RuntimeCalls {
  readonly #ask: Ask
  readonly #host: HostedRuntime

  constructor(ask: Ask, host: HostedRuntime) {
    this.#ask = ask
    this.#host = host
  }

  /** As many results as there were transactions. */
  async check(
    base: CallBase,
    inputs: readonly Uint8Array[],
    deadlineMs: number,
  ): Promise<readonly CheckTxResult[]> {
    const shared = { ...(await this.#sharedOf(base)), block: base.annotated.block }
    const checkAll = async (some: readonly Uint8Array[]): Promise<readonly CheckTxResult[]> => {
      const request = {
        kind: 'RuntimeCheckTxBatchRequest',
        body: { ...shared, inputs: some },
      } as const
      try {
        return (await this.#host.call(request, { deadlineMs })).body.results
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
        if (some.length <= 1) return some.map(() => refusalOf(error))
        // Runtimes may refuse all transactions for the sake of one that cannot be read. Nobody
        // else is to suffer from it, whoever sent it.
        const middle = some.length >> 1
        return [...(await checkAll(some.slice(0, middle))), ...(await checkAll(some.slice(middle)))]
      }
    }
    return await checkAll(inputs)
  }

  /** Executes a batch, or has one made. */
  async execute({
    mode,
    base: { header, consensusHeight, runtime, roundResults, inMessages },
    inputs,
    inputRoot,
    deadlineMs,
  }: ExecuteEffect): Promise<ExecuteTxBatchResponse> {
    const annotated = { consensusHeight, block: { header } }
    const body = {
      ...(await this.#sharedOf({ annotated, runtime })),
      mode: EXECUTION_MODES[mode],
      roundResults,
      ioRoot: inputRoot ?? Hash.zero,
      inputs,
      inMessages,
      block: annotated.block,
    }
    const request = { kind: 'RuntimeExecuteTxBatchRequest', body } as const
    return (await this.#host.call(request, { deadlineMs })).body
  }

  async query(base: CallBase, { method, args }: Query, signal?: AbortSignal): Promise<Uint8Array> {
    const { header } = base.annotated.block
    const body = { ...(await this.#sharedOf(base)), header, method, args }
    const request = { kind: 'RuntimeQueryRequest', body } as const
    const options = signal === undefined ? {} : { signal }
    return (await this.#host.call(request, options)).body.data
  }

  /** Has the runtime follow the consensus layer up to a height. */
  async follow(height: bigint): Promise<void> {
    await this.#host.call({ kind: 'RuntimeConsensusSyncRequest', body: { height } })
  }

  async #sharedOf({ annotated: { consensusHeight }, runtime }: CallBase) {
    const [consensusBlock, epoch] = await Promise.all([
      this.#ask('Consensus/GetLightBlock', consensusHeight),
      this.#ask('Beacon/GetEpoch', consensusHeight),
    ])
    return { consensusBlock, epoch, maxMessages: runtime.executor.maxMessages }
  }
}
