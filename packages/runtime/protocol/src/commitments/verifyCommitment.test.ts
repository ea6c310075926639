import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { sample } from '@wadi/cbor/arbitrary'
import { decode, encode, make, zero } from '@wadi/cbor/codec'
import { ExecutorParameters, Runtime, VersionInfo } from '@wadi/consensus/registry/runtime'
import {
  ComputeResultsHeader,
  ExecutorCommitment,
  ExecutorCommitmentHeader,
  FAILURES,
} from '@wadi/consensus/roothash/commitments'
import { hashOfMessages, Message, StakingMessage } from '@wadi/consensus/roothash/messages'
import { Transfer } from '@wadi/consensus/staking/methods'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { Capabilities, CapabilityTee, Node, NodeRuntime, TEE_HARDWARE } from '@wadi/primitives/node'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'
import { genesisBlock, hashOfHeader } from '../block.ts'
import {
  RUNTIME_ID,
  SIGNATURES,
  testHash,
  testResults,
  testSigner,
} from '../testing/testCommittee.ts'
import { commitmentContext, signCommitment } from './executorCommitment.ts'
import { type CommitmentView, verifyExecutorCommitment } from './verifyCommitment.ts'

const signer = testSigner('node')
const NODE_ID = PublicKey.check(signer.publicKey)
const OTHER_ID = PublicKey.check(testSigner('other').publicKey)
const rak = testSigner('rak')
const version = { major: 1, minor: 2, patch: 3 }
const message = make(Message, { staking: make(StakingMessage, { transfer: zero(Transfer) }) })

const { header: lastHeader } = genesisBlock({
  namespace: RUNTIME_ID,
  round: 9n,
  stateRoot: testHash('state'),
  timestamp: 1n,
})

const runtime = make(Runtime, {
  id: RUNTIME_ID,
  executor: make(ExecutorParameters, { maxMessages: 1 }),
  deployments: [make(VersionInfo, { version, validFrom: 5n })],
})
const inEnclaves = { ...runtime, teeHardware: TEE_HARDWARE.intelSgx }

function nodeWith(fields: Partial<NodeRuntime>): Node {
  const tee = make(CapabilityTee, { rak: PublicKey.check(rak.publicKey) })
  const capabilities = make(Capabilities, { tee })
  const registered = make(NodeRuntime, { id: RUNTIME_ID, version, capabilities, ...fields })
  return make(Node, { id: NODE_ID, runtimes: [registered] })
}

const view: CommitmentView = {
  ...SIGNATURES,
  runtime,
  lastHeader,
  epoch: 5n,
  findNode: () => assert.fail('nobody asks for a node'),
}
const enclaveView = { ...view, runtime: inEnclaves, findNode: () => nodeWith({}) }

const parent = { round: 10n, previousHash: hashOfHeader(lastHeader) }

/** A signed commitment to a good result, or to one with something changed. */
function committed(
  results: Partial<ComputeResultsHeader> = {},
  { messages = [], ...fields }: Partial<ExecutorCommitmentHeader & ExecutorCommitment> = {},
): ExecutorCommitment {
  const header = make(ExecutorCommitmentHeader, {
    schedulerId: OTHER_ID,
    ...fields,
    header: testResults('x', { ...parent, ...results }),
  } as Partial<ExecutorCommitmentHeader>)
  const context = commitmentContext(SIGNATURES.chainContext, RUNTIME_ID)
  return signCommitment(signer, context, { header, messages })
}

function committedFailure(schedulerId: PublicKey): ExecutorCommitment {
  const results = make(ComputeResultsHeader, parent)
  const none = Object.fromEntries(
    ['ioRoot', 'stateRoot', 'messagesHash', 'inMsgsHash'].map((name) => [name, undefined]),
  )
  return committed({ ...results, ...none }, { schedulerId, failure: FAILURES.unknown })
}

function withRakSignature(): ExecutorCommitment {
  const results = testResults('x', parent)
  const context = contextOf(contexts.computeResultsHeader)
  const sig = rak.sign(context, encode(ComputeResultsHeader, results))
  return committed({}, { rakSig: RawSignature.check(sig) })
}

const refusal = (code: number) => ({ module: 'roothash/commitment', code })

function refuses(commitment: ExecutorCommitment, code: number, changes = {}): void {
  const changed = { ...view, ...changes }
  assert.throws(() => verifyExecutorCommitment(changed, commitment), refusal(code))
}

describe('verifying a commitment', () => {
  it('takes a good one', () => {
    const commitment = committed()
    assert.equal(verifyExecutorCommitment(view, commitment), commitment)
    verifyExecutorCommitment(view, committedFailure(OTHER_ID))
  })

  it('looks at the signature first', () => {
    const forged = { ...committed({ ioRoot: undefined }), nodeId: OTHER_ID }
    const uncoded = { module: 'unknown', code: 1 }
    assert.throws(() => verifyExecutorCommitment(view, forged), uncoded)
  })

  it('then at the form', () => refuses(committed({ ioRoot: undefined, round: 3n }), 11))

  it('then at the block below', () => {
    refuses(committed({ round: 11n }), 7)
    refuses(committed({ previousHash: testHash('fork') }), 7)
  })

  it('refuses a scheduler that fails at its own proposal', () => {
    refuses(committedFailure(NODE_ID), 11)
  })
})

describe('verifying a commitment from an enclave', () => {
  it('takes the signature of the key that the node has registered', () => {
    verifyExecutorCommitment(enclaveView, withRakSignature())
  })

  it('needs node, deployment, registration, enclave and signature, in this order', () => {
    const commitment = withRakSignature()
    const runtimeWithout = { ...inEnclaves, deployments: [] }
    const otherVersion = nodeWith({ version: { ...version, patch: 4 } })
    const noEnclave = nodeWith({ capabilities: { tee: undefined } })
    const absent = { ...enclaveView, findNode: () => undefined }
    refuses(commitment, 5, { ...absent, runtime: runtimeWithout })
    refuses(commitment, 1, { ...enclaveView, runtime: runtimeWithout })
    refuses(commitment, 1, { ...enclaveView, epoch: 4n })
    refuses(commitment, 5, { ...enclaveView, findNode: () => otherVersion })
    refuses(commitment, 4, { ...enclaveView, findNode: () => noEnclave })
    refuses(committed(), 4, enclaveView)
  })

  it('asks for nothing of a failure', () => {
    const findNode = () => assert.fail('nobody asks for a node')
    verifyExecutorCommitment({ ...enclaveView, findNode }, committedFailure(OTHER_ID))
  })

  it('lets it through that the node cannot be read', () => {
    const findNode = () => {
      throw new UnavailableError('test.gone', 'the disk is gone')
    }
    const changed = { ...enclaveView, findNode }
    assert.throws(() => verifyExecutorCommitment(changed, withRakSignature()), UnavailableError)
  })
})

describe("verifying a commitment's messages", () => {
  const messages = [message]
  const messagesHash = hashOfMessages(messages)

  it('takes those of the scheduler, and asks the caller', () => {
    const commitment = committed({ messagesHash }, { schedulerId: NODE_ID, messages })
    const asked: (readonly Message[])[] = []
    const checkMessages = (given: readonly Message[]) => void asked.push(given)
    verifyExecutorCommitment({ ...view, checkMessages }, commitment)
    verifyExecutorCommitment({ ...view, checkMessages }, committed({}, { schedulerId: NODE_ID }))
    assert.deepEqual(asked, [messages])
  })

  it('refuses one more than the runtime may have', () => {
    const two = [message, message]
    const results = { messagesHash: hashOfMessages(two) }
    refuses(committed(results, { schedulerId: NODE_ID, messages: two }), 13)
  })

  it('refuses others than the results say', () => {
    refuses(committed({}, { schedulerId: NODE_ID, messages }), 13)
    refuses(committed({ messagesHash }, { schedulerId: NODE_ID }), 13)
  })

  it('refuses those of whoever is not the scheduler', () => {
    refuses(committed({ messagesHash }, { messages }), 13)
    verifyExecutorCommitment(view, committed({ messagesHash }))
  })
})

describe('commitments of any shape', () => {
  const ours = encode(ExecutorCommitment, committed())
  const isOurs = (commitment: ExecutorCommitment) =>
    equalBytes(encode(ExecutorCommitment, commitment), ours)

  /** What becomes of bytes: the commitment that was signed, or a refusal with a code. */
  function take(bytes: Uint8Array): 'refused' | 'taken' {
    try {
      const taken = verifyExecutorCommitment(view, decode(ExecutorCommitment, bytes))
      assert.ok(isOurs(taken), 'nobody has signed that')
      return 'taken'
    } catch (error) {
      if (error instanceof CodedError) return 'refused'
      throw error
    }
  }

  it('are refused with a code, but for what the node has signed', () => {
    assert.equal(take(ours), 'taken')
    const anything = sample(ExecutorCommitment, 200, 1)
    for (const commitment of anything)
      assert.equal(take(encode(ExecutorCommitment, commitment)), 'refused')
  })

  it('are what was signed or refused, with any byte changed, cut, or with more behind', () => {
    for (let at = 0; at < ours.length; at++) {
      assert.equal(take(ours.subarray(0, at)), 'refused', `cut at ${at}`)
      const changed = ours.slice()
      changed[at]! ^= 1 << (at % 8)
      // COMPAT(oasis-core): names in other letters, and bytes behind the item, are let pass: what
      // is taken is what was signed all the same.
      take(changed)
    }
    assert.equal(take(Uint8Array.of(...ours, 0)), 'taken')
  })

  it('are refused before a node is looked for, if they are not of this round', () => {
    const early = committed({ round: 9n })
    refuses(early, 7, { findNode: () => assert.fail('it is too early for a node') })
  })
})
