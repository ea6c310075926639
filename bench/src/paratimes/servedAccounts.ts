/** A ParaTime behind the host protocol, in this thread: what an executor has of it. */

import { type Duplex, duplexPair } from 'node:stream'
import { toUtf8 } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { decodeRust, make } from '@wadi/cbor/codec'
import { FrameReader, frameOf } from '@wadi/cbor/framing'
import { processRandom } from '@wadi/compose/process-world'
import { Block, Header } from '@wadi/consensus/roothash/block'
import { sha512Trunc256 } from '@wadi/crypto/hash/sha512'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import type { CallKeys } from '@wadi/paratime-sdk/frame/callKeys'
import { runtimeOf } from '@wadi/paratime-sdk/runtime'
import { type Call, CallResult } from '@wadi/paratime-sdk/types/transaction'
import type { Epoch } from '@wadi/primitives/epoch'
import { EMPTY_HASH, type Hash } from '@wadi/primitives/hash'
import { namespace } from '@wadi/primitives/namespace'
import { X25519PublicKey } from '@wadi/primitives/publicKey'
import { serveRuntime } from '@wadi/runtime-guest/serveRuntime'
import { lightBlockOf } from '@wadi/runtime-guest/testing/light-block'
import {
  CheckTxBatchRequest,
  type CheckTxBatchResponse,
  EXECUTION_MODES,
  ExecuteTxBatchRequest,
  type ExecuteTxBatchResponse,
} from '@wadi/runtime-protocol/host-protocol/batches'
import { RuntimeInfoRequest } from '@wadi/runtime-protocol/host-protocol/information'
import {
  type Body,
  decodeMessage,
  encodeForRuntime,
  MESSAGE_TYPES,
} from '@wadi/runtime-protocol/host-protocol/message'
import { OutputArtifacts } from '@wadi/runtime-protocol/transactions/artifacts'
import { sealCall } from '@wadi/sdk/encrypted-calls'
import { createPayers, fundedParatime, signPayment } from './fundedAccounts.ts'

/** What the runtime answers. It asks for more transactions, of which there are none. */
async function* bodiesOf(stream: Duplex): AsyncGenerator<Body> {
  const reader = new FrameReader()
  for await (const piece of stream)
    for (const bytes of reader.push(piece)) {
      const { id, body } = decodeMessage(bytes)!
      if (body?.kind === 'HostFetchTxBatchRequest')
        stream.write(
          frameOf(encodeForRuntime({ id, messageType: MESSAGE_TYPES.response, body: NO_MORE })),
        )
      else yield body as Body
    }
}

const NO_MORE: Body = { kind: 'HostFetchTxBatchResponse', body: { batch: [] } }

/** Of the keys of outputs among those of a round. */
const [TRANSACTION_KEY, OUTPUT_KIND] = [0x54, 2]

const EPOCH: Epoch = 1n
/** Of encrypted calls, in every epoch: it needs no key manager. */
const SECRET = sha512Trunc256(toUtf8('the key of calls'))
const callKeys: CallKeys = {
  ephemeralKey: () => SECRET,
  publicEphemeralKey: () => undefined,
}

/** A chain of batches. */
export class ServedAccounts {
  readonly #near: Duplex
  readonly #answers: AsyncGenerator<Body>
  readonly #place = {
    runtimeId: namespace(new Uint8Array(24), { isTest: true }),
    chainContext: 'ab'.repeat(32),
  }
  readonly #payers = createPayers()
  #stateRoot: Hash = EMPTY_HASH
  #round = 0n
  #nonce = 0n

  constructor() {
    const [near, far] = duplexPair()
    this.#near = near
    this.#answers = bodiesOf(near)
    void serveRuntime(runtimeOf(fundedParatime(this.#payers, callKeys)), far)
  }

  /** Begins the state, in which everybody is funded. */
  async start(): Promise<void> {
    const { runtimeId, chainContext } = this.#place
    const hello = { runtimeId, consensusBackend: 'tendermint', consensusChainContext: chainContext }
    await this.#ask({ kind: 'RuntimeInfoRequest', body: make(RuntimeInfoRequest, hello) })
    await this.execute([])
  }

  /** A payment of each, which go with the next batch only. */
  sign(): readonly Uint8Array[] {
    const nonce = this.#nonce++
    return this.#payers.map((_, from) => signPayment(this.#payers, from, nonce, this.#place))
  }

  /** The same, which only the ParaTime can read. */
  signEncrypted(): readonly Uint8Array[] {
    const nonce = this.#nonce++
    const key = { key: X25519PublicKey.check(x25519.publicKey(SECRET)), epoch: EPOCH }
    const encrypt = (call: Call) => sealCall(call, key, processRandom).call
    return this.#payers.map((_, from) =>
      signPayment(this.#payers, from, nonce, { ...this.#place, encrypt }),
    )
  }

  async check(inputs: readonly Uint8Array[]): Promise<void> {
    const body = make(CheckTxBatchRequest, { ...this.#base(), inputs })
    const answer = await this.#ask({ kind: 'RuntimeCheckTxBatchRequest', body })
    const { results = [] } = answer.body as CheckTxBatchResponse
    assert(
      results.length === inputs.length && results.every(({ error }) => error.code === 0),
      'each payment may wait for a batch',
    )
  }

  /** Executes a batch; the next one goes on from there. */
  async execute(inputs: readonly Uint8Array[]): Promise<ExecuteTxBatchResponse> {
    const body = make(ExecuteTxBatchRequest, {
      ...this.#base(),
      mode: EXECUTION_MODES.schedule,
      inputs,
    })
    const answer = await this.#ask({ kind: 'RuntimeExecuteTxBatchRequest', body })
    assert(answer.kind === 'RuntimeExecuteTxBatchResponse', `a batch is executed: ${answer.kind}`)
    const { batch } = answer.body as ExecuteTxBatchResponse
    this.#stateRoot = batch.header.stateRoot ?? EMPTY_HASH
    this.#round++
    return answer.body as ExecuteTxBatchResponse
  }

  #base() {
    const { runtimeId } = this.#place
    const [round, stateRoot] = [this.#round, this.#stateRoot]
    return {
      consensusBlock: lightBlockOf(9, EMPTY_HASH),
      block: make(Block, { header: make(Header, { namespace: runtimeId, round, stateRoot }) }),
      epoch: EPOCH,
      maxMessages: 16,
    }
  }

  async #ask(body: Body): Promise<Body> {
    this.#near.write(
      frameOf(encodeForRuntime({ id: 0n, messageType: MESSAGE_TYPES.request, body })),
    )
    return (await this.#answers.next()).value as Body
  }
}

/** All payments of a batch have been made. */
export function requirePaid(
  { batch }: ExecuteTxBatchResponse,
  count: number,
  paid: CallResult['kind'] = 'ok',
): void {
  const outputs = batch.ioWriteLog.filter(
    ([key]) => key[0] === TRANSACTION_KEY && key.at(-1) === OUTPUT_KIND,
  )
  assert(outputs.length === count, `${count} payments are in the batch, not ${outputs.length}`)
  for (const [, value] of outputs) {
    const { output } = decodeRust(OutputArtifacts, value!)
    const { kind } = decodeRust(CallResult, output!)
    assert(kind === paid, `a payment is made, and did not come to ${kind}`)
  }
}
