import assert from 'node:assert/strict'
import { type Duplex, duplexPair } from 'node:stream'
import { describe, it } from 'node:test'
import { concatBytes, parseHex, toHex } from '@wadi/base/bytes'
import { decodeRust, encodeRust, type Infer, type Schema } from '@wadi/cbor/codec'
import { FrameReader, frameOf } from '@wadi/cbor/framing'
import { struct } from '@wadi/cbor/struct'
import {
  SignedEncryptedEphemeralSecret,
  SignedEncryptedMasterSecret,
} from '@wadi/consensus/keymanager'
import { serveKeys } from '@wadi/runtime-guest/serveKeys'
import { insecureIdentity } from '@wadi/runtime-keymanager/identity'
import { testTrustedSigners } from '@wadi/runtime-keymanager/policy'
import { openSealedSecret, type Sealing } from '@wadi/runtime-keymanager/sealedSecret'
import {
  Frame,
  RpcMessage,
  RpcRequest,
  SessionId,
} from '@wadi/runtime-protocol/enclave-rpc/message'
import {
  type Body,
  decodeMessage,
  encodeForRuntime,
  MESSAGE_TYPES,
  type Message,
} from '@wadi/runtime-protocol/host-protocol/message'
import '../src/coverage.ts'
import { type Exchange, keyOfBody, type Question, readRecording } from '../src/recordedKeyCalls.ts'
import { listFolder } from '../src/vectors.ts'

const RECORDINGS = listFolder('rhp').filter((name) => name.includes('-key-manager.'))

/** The host's side of a recording: with its answers, and with storage for what we leave there. */
class ReplayHost {
  readonly #stream: Duplex
  readonly #answers = new Map<string, Body>()
  readonly #waiting = new Map<bigint, (answer: Message) => void>()
  readonly #storage = new Map<string, Uint8Array>()
  readonly #blocks = new Map<bigint, Body>()
  asked: Body[] = []
  identityCount = 0
  tip = 0n

  constructor(stream: Duplex, questions: readonly Question[]) {
    this.#stream = stream
    for (const { question, answer } of questions) {
      this.#answers.set(keyOfBody(question), answer)
      if (answer.kind === 'HostFetchConsensusBlockResponse')
        this.#blocks.set(answer.body.block.height, answer)
    }
  }

  async run(): Promise<void> {
    const reader = new FrameReader()
    for await (const piece of this.#stream)
      for (const bytes of reader.push(piece)) this.#take(decodeMessage(bytes) as Message)
  }

  ask(request: Message): Promise<Message> {
    this.asked = []
    const answer = new Promise<Message>((resolve) => this.#waiting.set(request.id, resolve))
    this.#send(request)
    return answer
  }

  #take(message: Message): void {
    if (message.messageType === MESSAGE_TYPES.response) {
      this.#waiting.get(message.id)?.(message)
      this.#waiting.delete(message.id)
      return
    }
    // It comes between the answer to the first request and whatever is next.
    if (message.body.kind === 'HostIdentityRequest') this.identityCount++
    else this.asked.push(message.body)
    const body = this.#answer(message.body)
    this.#send({ id: message.id, messageType: MESSAGE_TYPES.response, body })
  }

  #send(message: Message): void {
    this.#stream.write(frameOf(encodeForRuntime(message)))
  }

  #answer(question: Body): Body {
    switch (question.kind) {
      case 'HostLocalStorageSetRequest':
        this.#storage.set(toHex(question.body.key), question.body.value)
        return { kind: 'HostLocalStorageSetResponse', body: {} }
      case 'HostLocalStorageGetRequest': {
        const value = this.#storage.get(toHex(question.body.key))
        return { kind: 'HostLocalStorageGetResponse', body: { value } }
      }
      case 'HostFetchConsensusBlockRequest': {
        const { height } = question.body
        return this.#blocks.get(height === 0n ? this.tip : height)!
      }
      case 'HostSubmitPeerFeedbackRequest':
        return { kind: 'HostSubmitPeerFeedbackResponse', body: {} }
      case 'HostRPCCallRequest':
        return [...this.#answers].find(([, { kind }]) => kind === 'Error')![1]
      default: {
        const known = this.#answers.get(keyOfBody(question))
        assert.ok(known !== undefined, `the recorded runtime never asked this ${question.kind}`)
        return known
      }
    }
  }
}

/** What is drawn is left out: the question without its secrets, sessions and numbers. */
function withoutDraws(question: Body): string {
  switch (question.kind) {
    case 'HostLocalStorageSetRequest': {
      const { key, value } = question.body
      const isSealed = value.length > 32
      return keyOfBody({
        kind: question.kind,
        body: { key, value: isSealed ? new Uint8Array(value.length) : value },
      })
    }
    case 'HostRPCCallRequest': {
      const frame = decodeRust(Frame, question.body.request)
      const payload = new Uint8Array(frame.payload.length)
      const request = encodeRust(Frame, { ...frame, session: SessionId.zero, payload })
      const body = { ...question.body, requestId: 0n, request }
      return keyOfBody({ kind: question.kind, body })
    }
    case 'HostSubmitPeerFeedbackRequest':
      return keyOfBody({ kind: question.kind, body: { ...question.body, requestId: 0n } })
    default:
      return keyOfBody(question)
  }
}

const FRESH_MASTER = struct({ signedSecret: SignedEncryptedMasterSecret })
const FRESH_EPHEMERAL = struct({ signedSecret: SignedEncryptedEphemeralSecret })
type Fresh = Infer<typeof FRESH_MASTER> | Infer<typeof FRESH_EPHEMERAL>

const FRESH: ReadonlyMap<string, Schema<Fresh>> = new Map([
  ['generate_master_secret', FRESH_MASTER as Schema<Fresh>],
  ['generate_ephemeral_secret', FRESH_EPHEMERAL as Schema<Fresh>],
])

/** An answer with a fresh secret, but for what was drawn. */
function withoutSecret(schema: Schema<Fresh>, { body }: Message): unknown {
  assert.ok(body.kind === 'RuntimeLocalRPCCallResponse')
  const message = decodeRust(RpcMessage, body.body.response)
  assert.ok(message.kind === 'Response' && message.body.body.kind === 'Success')
  const { secret } = decodeRust(schema, message.body.body.body).signedSecret
  const { checksum, ciphertexts } = secret.secret
  const sizes = [...(ciphertexts ?? [])].map(([rek, text]) => [toHex(rek), text?.length])
  return { ...secret, secret: { checksum: checksum?.length, sizes } }
}

function methodOf({ body }: Message): string | undefined {
  if (body.kind !== 'RuntimeLocalRPCCallRequest') return undefined
  return decodeRust(RpcRequest, body.body.request).method
}

function compareAnswers({ request, answer }: Exchange, ours: Message): void {
  const method = methodOf(request)
  const fresh = FRESH.get(method ?? '')
  if (fresh === undefined)
    assert.equal(keyOfBody(ours.body), keyOfBody(answer.body), method ?? request.body.kind)
  else assert.deepEqual(withoutSecret(fresh, ours), withoutSecret(fresh, answer), `${method}`)
}

/** The generation in a key of the enclave's storage, and for what the value was sealed. */
function sealingOf(key: Uint8Array): Sealing | undefined {
  const name = Buffer.from(key).toString('latin1')
  if (name.endsWith('_proposal')) return sealingFor('masterSecretProposal', new Uint8Array(8))
  return name.includes('_checksum') ? undefined : sealingFor('masterSecret', key.subarray(-8))
}

function sealingFor(purpose: Sealing['purpose'], generation: Uint8Array): Sealing {
  const associatedData = concatBytes(KEY_MANAGER_ID, generation)
  return { root: insecureIdentity.sealingRoot, purpose, associatedData }
}

/** The key manager of the recorded networks. */
const KEY_MANAGER_ID = parseHex('c000000000000000ffffffffffffffffffffffffffffffffffffffffffffffff')

describe('what a recorded key manager left with its host', () => {
  for (const file of RECORDINGS) {
    it(`${file}: opens, the proposal and the secret that it became`, () => {
      const { questions } = readRecording(file)
      const secrets = questions.flatMap(({ question }) => {
        if (question.kind !== 'HostLocalStorageSetRequest') return []
        const sealing = sealingOf(question.body.key)
        return sealing ? [openSealedSecret(sealing, question.body.value)?.reveal()] : []
      })
      assert.equal(secrets.length, 2, 'the proposal, and then the secret')
      assert.ok(secrets[0] !== undefined)
      assert.deepEqual(secrets[1], secrets[0])
    })
  }
})

describe('our key manager, asked by a recorded host', () => {
  for (const file of RECORDINGS) {
    it(`${file}: asks and answers what the runtime in Rust did, but for what it drew`, async () => {
      const recording = readRecording(file)
      const [near, far] = duplexPair()
      const host = new ReplayHost(near, recording.questions)
      const program = { version: { major: 0, minor: 0, patch: 0 }, trusted: testTrustedSigners }
      const served = serveKeys(program, far)
      const hosted = host.run()
      const methods = new Set<string | undefined>()
      for (const exchange of recording.exchanges) {
        host.tip = exchange.tip
        const ours = await Promise.race([
          host.ask(exchange.request),
          served.then(() => assert.fail('gone')),
        ])
        compareAnswers(exchange, ours)
        const { questions } = exchange
        if (questions !== undefined)
          assert.deepEqual(
            host.asked.map(withoutDraws),
            questions.map(({ question }) => withoutDraws(question)),
          )
        methods.add(methodOf(exchange.request))
      }
      assert.equal(host.identityCount, 1)
      assert.ok(methods.has('init') && methods.has('load_master_secret'))
      near.end()
      await Promise.all([served, hosted])
    })
  }
})
