/** What a node asks its runtime upon a block: checks, batches, queries. */

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
    const { block } = base.annotated
    const body = { ...(await this.#sharedOf(base)), inputs, block }
    const request = { kind: 'RuntimeCheckTxBatchRequest', body } as const
    const { results } = (await this.#host.call(request, { deadlineMs })).body
    return results
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
