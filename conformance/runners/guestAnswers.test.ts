import assert from 'node:assert/strict'
import { type Duplex, duplexPair } from 'node:stream'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { FrameReader, frameOf } from '@wadi/cbor/framing'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { proveGet, proveIterate, type WireRoot } from '@wadi/mkvs/syncer'
import { createTree } from '@wadi/mkvs/tree'
import { keyvalueRuntime } from '@wadi/paratime-keyvalue/runtime'
import { serveRuntime } from '@wadi/runtime-guest/serveRuntime'
import {
  type Body,
  decodeMessage,
  encodeForRuntime,
  MESSAGE_TYPES,
  type Message,
} from '@wadi/runtime-protocol/host-protocol/message'
import '../src/coverage.ts'
import { chainOfConversation, readConversation } from '../src/hostConversation.ts'
import { keyOfBody } from '../src/recordedKeyCalls.ts'
import { applyDiff } from '../src/recordedRoots.ts'
import { blockVersions, roundVersions } from '../src/stateVersions.ts'
import { listFolder } from '../src/vectors.ts'

/** What the recorded runtime was, beside its key manager: that is no key-value runtime. */
const RECORDINGS = listFolder('rhp').filter((name) => /-(compute|client)-\d+\.ndjson/.test(name))

/** The host's side of a recording, which asks what it asked, and answers out of the chain. */
class ReplayHost {
  readonly #stream: Duplex
  readonly #chain: string
  readonly #answers = new Map<string, Body>()
  readonly #waiting = new Map<bigint, (body: Uint8Array) => void>()
  readonly #arena = new Arena()

  constructor(stream: Duplex, chain: string) {
    this.#stream = stream
    this.#chain = chain
  }

  /** What the recorded host answered is good for the same question again. */
  learn({ body }: Message, answer: Uint8Array): void {
    const message = decodeMessage(answer)
    assert.ok(message.body !== undefined)
    this.#answers.set(keyOfBody(body), message.body)
  }

  async run(): Promise<void> {
    const reader = new FrameReader()
    for await (const piece of this.#stream) {
      for (const bytes of reader.push(piece)) {
        const message = decodeMessage(bytes)
        if (message.messageType === MESSAGE_TYPES.response) {
          this.#waiting.get(message.id)?.(bytes)
          this.#waiting.delete(message.id)
        } else {
          const body = this.#answer(message.body!)
          this.#send({ id: message.id, messageType: MESSAGE_TYPES.response, body })
        }
      }
    }
  }

  /** The runtime's answer to a recorded request, as it came over the stream. */
  ask(message: Message): Promise<Uint8Array> {
    const answer = new Promise<Uint8Array>((resolve) => this.#waiting.set(message.id, resolve))
    this.#send(message)
    return answer
  }

  #send(message: Message): void {
    this.#stream.write(frameOf(encodeForRuntime(message)))
  }

  #answer(question: Body): Body {
    if (question.kind === 'HostStorageSyncRequest') {
      const { syncGet, syncIterate } = question.body
      const { root } = (syncGet ?? syncIterate)!.tree
      const tree = this.#treeOf(root)
      const proof = syncGet ? proveGet(tree, syncGet) : proveIterate(tree, syncIterate!)
      tree.dispose()
      return { kind: 'HostStorageSyncResponse', body: { proofResponse: { proof } } }
    }
    const known = this.#answers.get(keyOfBody(question))
    assert.ok(known !== undefined, `the recorded host was never asked ${question.kind}`)
    return known
  }

  /** The state of the chain that the root names, built from the recorded changes. */
  #treeOf({ namespace, version, hash }: WireRoot) {
    const isConsensus = namespace.every((byte) => byte === 0)
    const versions = (isConsensus ? blockVersions : roundVersions)(this.#chain)
    const tree = createTree(this.#arena, { namespace, type: ROOT_TYPE_STATE })
    for (const change of versions) {
      if (BigInt(change.version) > version) break
      applyDiff(tree, change.state_diff)
    }
    const { root } = tree.commit({ version, baseAddress: 1 })
    assert.equal(toHex(root.hash), toHex(hash), `the state of version ${version}`)
    return tree
  }
}

describe('our runtime, asked by recorded hosts', () => {
  for (const file of RECORDINGS) {
    it(`${file}: answers what the runtime in Rust answered, to the byte`, async () => {
      const [near, far] = duplexPair()
      const host = new ReplayHost(near, chainOfConversation(file))
      const { ofHost, ofRuntime } = readConversation(file)
      for (const { request, answer } of ofRuntime) host.learn(request, answer)
      const served = serveRuntime(keyvalueRuntime, far)
      const hosted = host.run()
      for (const { request, answer } of ofHost) {
        const ours = await Promise.race([host.ask(request), served.then(() => assert.fail('gone'))])
        assert.equal(toHex(ours), toHex(answer), request.body.kind)
      }
      assert.notEqual(ofHost.length, 0)
      near.end()
      await Promise.all([served, hosted])
    })
  }
})
