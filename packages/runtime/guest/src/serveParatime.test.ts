import assert from 'node:assert/strict'
import { type Duplex, duplexPair } from 'node:stream'
import { describe, it } from 'node:test'
import { decodeRust, encode, encodeRust, make } from '@wadi/cbor/codec'
import { FrameReader, frameOf } from '@wadi/cbor/framing'
import { u64 } from '@wadi/cbor/scalars'
import { Block, Header } from '@wadi/consensus/roothash/block'
import { accountsRuntime } from '@wadi/paratime-accounts/runtime'
import { transactionContext } from '@wadi/paratime-sdk/authentication/signatureContext'
import { ed25519Signer, signTransaction } from '@wadi/paratime-sdk/authentication/signTransaction'
import { NonceQuery, Transfer } from '@wadi/paratime-sdk/modules/accounts/types'
import { native } from '@wadi/paratime-sdk/types/token'
import { addressOf, CallResult, type Transaction } from '@wadi/paratime-sdk/types/transaction'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import { namespace } from '@wadi/primitives/namespace'
import {
  EXECUTION_MODES,
  ExecuteTxBatchRequest,
  type ExecuteTxBatchResponse,
  QueryRequest,
} from '@wadi/runtime-protocol/host-protocol/batches'
import { RuntimeInfoRequest } from '@wadi/runtime-protocol/host-protocol/information'
import {
  type Body,
  decodeMessage,
  encodeForRuntime,
  MESSAGE_TYPES,
} from '@wadi/runtime-protocol/host-protocol/message'
import { OutputArtifacts } from '@wadi/runtime-protocol/transactions/artifacts'
import { serveRuntime } from './serveRuntime.ts'
import { lightBlockOf } from './testing/lightBlock.ts'

const runtimeId = namespace(new Uint8Array(24), { isTest: true })
const chainContext = 'ab'.repeat(32)
const signer = ed25519Signer(new Uint8Array(32).fill(7))
const addressSpec = { kind: 'signature', body: signer.publicKey } as never
const address = addressOf({ addressSpec, nonce: 0n })

/** A transfer of nothing, as nobody has anything before the first deposit. */
function transferAt(nonce: bigint): Uint8Array {
  const body = encodeRust(Transfer, { to: address, amount: native(0n) })
  const fee = { amount: native(0n), gas: 1_000_000n, consensusMessages: 0, proxy: undefined }
  const transaction: Transaction = {
    version: 1,
    call: { format: 0, method: 'accounts.Transfer', body, readOnly: false },
    authInfo: {
      signerInfo: [{ addressSpec, nonce }],
      fee,
      notBefore: undefined,
      notAfter: undefined,
    },
  }
  return signTransaction(transactionContext(runtimeId, chainContext), transaction, [signer])
}

async function* bodiesOf(stream: Duplex): AsyncGenerator<Body> {
  const reader = new FrameReader()
  for await (const piece of stream) {
    for (const bytes of reader.push(piece)) yield decodeMessage(bytes)!.body as Body
  }
}

describe('a ParaTime of the SDK that is served', () => {
  it('learns which network it is on, executes what is signed for that, and remembers it', async () => {
    const [near, far] = duplexPair()
    const served = serveRuntime(accountsRuntime, far)
    const answers = bodiesOf(near)
    const ask = async (body: Body) => {
      const message = { id: 0n, messageType: MESSAGE_TYPES.request, body }
      near.write(frameOf(encodeForRuntime(message)))
      return (await answers.next()).value as Body
    }
    const consensusBackend = 'tendermint'
    const hello = { runtimeId, consensusBackend, consensusChainContext: chainContext }
    await ask({ kind: 'RuntimeInfoRequest', body: make(RuntimeInfoRequest, hello) })
    const consensusBlock = lightBlockOf(9, EMPTY_HASH)
    const header = make(Header, { namespace: runtimeId, round: 5n, stateRoot: EMPTY_HASH })
    const executed = await ask({
      kind: 'RuntimeExecuteTxBatchRequest',
      body: make(ExecuteTxBatchRequest, {
        mode: EXECUTION_MODES.schedule,
        consensusBlock,
        block: make(Block, { header }),
        inputs: [transferAt(0n), transferAt(1n), transferAt(9n)],
        epoch: 1n as never,
        maxMessages: 16,
      }),
    })
    assert.equal(executed.kind, 'RuntimeExecuteTxBatchResponse')
    const { batch, txHashes } = executed.body as ExecuteTxBatchResponse
    assert.equal(txHashes.length, 2)
    const outputs = batch.ioWriteLog.filter(([key]) => key[0] === 0x54 && key.at(-1) === 2)
    for (const [, value] of outputs) {
      const { output } = decodeRust(OutputArtifacts, value!)
      assert.equal(decodeRust(CallResult, output!).kind, 'ok')
    }
    assert.equal(outputs.length, 2)
    const answer = await ask({
      kind: 'RuntimeQueryRequest',
      body: make(QueryRequest, {
        consensusBlock,
        header: { ...header, round: 6n, stateRoot: batch.header.stateRoot ?? EMPTY_HASH },
        epoch: 1n as never,
        maxMessages: 16,
        method: 'accounts.Nonce',
        args: encode(NonceQuery, { address }),
      }),
    })
    assert.equal(answer.kind, 'RuntimeQueryResponse')
    assert.equal(decodeRust(u64, (answer.body as { readonly data: Uint8Array }).data), 2n)
    near.end()
    await served
  })
})
