import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EMPTY_BYTES, toHex } from '@wadi/base/bytes'
import { decodeRpc } from '@wadi/cbor/codec'
import { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import { hashOfIncomingMessages, hashOfMessages } from '@wadi/consensus/roothash/messages'
import { publicKeyOfSeed } from '@wadi/crypto/ed25519/sign'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { testSeed } from '@wadi/crypto/signature/memorySigner'
import { signatureRules } from '@wadi/crypto/signature/verification'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_IO, ROOT_TYPE_STATE, type WriteLog } from '@wadi/mkvs/roots'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import { Hash } from '@wadi/primitives/hash'
import { PublicKey } from '@wadi/primitives/publicKey'
import { hashOfHeader } from '@wadi/runtime-protocol/block'
import { isSignedByRak } from '@wadi/runtime-protocol/commitments/executorCommitment'
import {
  EXECUTION_MODES,
  type ExecuteTxBatchRequest,
  type ExecuteTxBatchResponse,
} from '@wadi/runtime-protocol/host-protocol/batches'
import { decodeMessage, MESSAGE_TYPES } from '@wadi/runtime-protocol/host-protocol/message'
import { hashOfBatch, hashOfTransaction } from '@wadi/runtime-protocol/transactions/ioTree'
import '../src/coverage.ts'
import { chainOfConversation } from '../src/hostConversation.ts'
import type { RecordedFrame } from '../src/hostTraffic.ts'
import { applyDiff } from '../src/recordedRoots.ts'
import { bytesOfBase64, type RecordedRound } from '../src/records.ts'
import { hasVector, listFolder, readNdjson } from '../src/vectors.ts'

const INSECURE_RAK = PublicKey.check(
  publicKeyOfSeed(testSeed('ekiden test key manager RAK seed').reveal()),
)
const rules = signatureRules(forbidKeys())
const arena = new Arena()
const NAMESPACE = new Uint8Array(32)

interface Execution {
  readonly request: ExecuteTxBatchRequest
  readonly response: ExecuteTxBatchResponse
}

interface Batches {
  readonly executions: readonly Execution[]
  /** The blocks on which something was checked or executed, each as it was given. */
  readonly bases: readonly AnnotatedBlock[]
}

function batchesOf(frames: Iterable<RecordedFrame>): Batches {
  const asked = new Map<bigint, ExecuteTxBatchRequest>()
  const executions: Execution[] = []
  const bases: AnnotatedBlock[] = []
  for (const { from, frame } of frames) {
    const { id, messageType, body } = decodeMessage(bytesOfBase64(frame))
    const isOfHost = (from === 'host') === (messageType === MESSAGE_TYPES.request)
    if (!isOfHost || body === undefined) continue
    switch (body.kind) {
      case 'RuntimeExecuteTxBatchRequest':
        asked.set(id, body.body)
        bases.push({ block: body.body.block, consensusHeight: body.body.consensusBlock.height })
        break
      case 'RuntimeCheckTxBatchRequest':
        bases.push({ block: body.body.block, consensusHeight: body.body.consensusBlock.height })
        break
      case 'RuntimeExecuteTxBatchResponse':
        executions.push({ request: asked.get(id)!, response: body.body })
        break
    }
  }
  return { executions, bases }
}

function applyLog(tree: Tree, log: WriteLog): string {
  for (const [key, value] of log) {
    if (value === undefined) tree.remove(key)
    else tree.insert(key, value)
  }
  return toHex(tree.rootHash())
}

/** The inputs in their order, as the host gave them or as the runtime chose among them. */
function inputsOf({ request, response }: Execution): readonly Uint8Array[] {
  const inputs = request.inputs ?? []
  if (request.mode === EXECUTION_MODES.execute) return inputs
  const byHash = new Map(inputs.map((input) => [toHex(hashOfTransaction(input)), input]))
  return response.txHashes.map((hash) => byHash.get(toHex(hash)) ?? EMPTY_BYTES)
}

/** Whoever is told the inputs tells their hashes and their log all the same. */
function checkInputs(execution: Execution, io: Tree): void {
  const { request, response } = execution
  const inputs = inputsOf(execution)
  const isGiven = request.mode === EXECUTION_MODES.execute
  const root = toHex(hashOfBatch(arena, inputs))
  assert.equal(toHex(request.ioRoot), isGiven ? root : toHex(Hash.zero))
  assert.equal(toHex(response.txInputRoot), root)
  assert.deepEqual(response.txHashes.map(toHex), inputs.map(hashOfTransaction).map(toHex))
  assert.equal(applyLog(io, response.txInputWriteLog), root)
}

function checkExecution(execution: Execution, stateAt: (round: bigint) => Tree): void {
  const { request, response } = execution
  const { header, ioWriteLog, stateWriteLog, messages, rakSig } = response.batch
  const io = createTree(arena, { namespace: NAMESPACE, type: ROOT_TYPE_IO })
  checkInputs(execution, io)
  const state = stateAt(request.block.header.round)
  assert.equal(toHex(state.rootHash()), toHex(request.block.header.stateRoot))
  assert.equal(applyLog(state, stateWriteLog), toHex(header.stateRoot ?? EMPTY_BYTES))
  assert.equal(applyLog(io, ioWriteLog), toHex(header.ioRoot ?? EMPTY_BYTES))
  assert.equal(header.round, request.block.header.round + 1n)
  assert.deepEqual(header.previousHash, hashOfHeader(request.block.header))
  assert.deepEqual(header.messagesHash, hashOfMessages(messages))
  const taken = request.inMessages.slice(0, header.inMsgsCount)
  assert.deepEqual(header.inMsgsHash, hashOfIncomingMessages(taken))
  const signed = { schedulerId: PublicKey.zero, header, failure: 0, rakSig }
  assert.ok(isSignedByRak(rules, signed, INSECURE_RAK))
  state.dispose()
  io.dispose()
}

/** The state after a round, from the recorded changes. */
function stateAfter(rounds: readonly RecordedRound[], round: bigint): Tree {
  const tree = createTree(arena, { namespace: NAMESPACE, type: ROOT_TYPE_STATE })
  for (const record of rounds) {
    if (BigInt(record.round) <= round) applyDiff(tree, record.state_diff)
  }
  return tree
}

describe('recorded batches of runtimes', () => {
  for (const file of listFolder('rhp').filter((name) => name.endsWith('.ndjson.gz'))) {
    const path = `chains/${chainOfConversation(file)}/rounds.ndjson.gz`
    const { executions, bases } = batchesOf(readNdjson<RecordedFrame>(`rhp/${file}`))
    if (bases.length === 0 || !hasVector(path)) continue
    it(`${file}: each is upon a round of the chain`, () => {
      const blocks = Array.from(readNdjson<RecordedRound>(path), (round) =>
        decodeRpc(AnnotatedBlock, bytesOfBase64(round.annotated_block_cbor)),
      )
      for (const base of bases) {
        assert.deepEqual(
          blocks.find(({ block }) => block.header.round === base.block.header.round),
          base,
        )
      }
    })
    if (executions.length === 0) continue
    it(`${file}: what came out follows from the logs, and is signed`, () => {
      const rounds = [...readNdjson<RecordedRound>(path)]
      for (const execution of executions) {
        checkExecution(execution, (round) => stateAfter(rounds, round))
      }
    })
  }
})
