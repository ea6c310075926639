/** The key manager as a program without frames: calls of all kinds, and what they are answered. */

import { CodedError } from '@wadi/base/errors'
import { decodeRust, encodeRust, type Schema } from '@wadi/cbor/codec'
import { nilable } from '@wadi/cbor/struct'
import { SignedInitResponse } from '@wadi/consensus/keymanager'
import type { Namespace } from '@wadi/primitives/namespace'
import { KeyPair, SignedPublicKey } from '@wadi/runtime-protocol/enclave-rpc/keys'
import { RpcMessage, RpcRequest, RpcResponse } from '@wadi/runtime-protocol/enclave-rpc/message'
import { RPC_KINDS } from '@wadi/runtime-protocol/host-protocol/enclave'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import type { Request } from '@wadi/runtime-protocol/runtime'
import type { Conversation } from './conversation.ts'
import { Enclave, type EnclaveOptions, secondsOf, sessionRules } from './enclave.ts'
import { dispatchRefusal } from './enclave-rpc/errors.ts'
import type { RemoteEnclave } from './enclave-rpc/rakBinding.ts'
import { RpcServer } from './enclave-rpc/rpcServer.ts'
import { refusal, sentenceOfDecoding } from './errors.ts'
import * as keys from './keyMethods.ts'
import * as wire from './methods.ts'
import * as secrets from './secretMethods.ts'

/** Who may call a method: in a session, without one, or the enclave's own host only. */
type CallKind = 'NoiseSession' | 'InsecureQuery' | 'LocalQuery'

type Remote = RemoteEnclave | undefined

interface Method {
  readonly kind: CallKind
  run(enclave: Enclave, args: Uint8Array, remote: Remote): Conversation<Uint8Array>
}

/** A method by what goes in, what comes out, and what it does. */
function method<A, R>(
  kind: CallKind,
  [args, result]: readonly [Schema<A>, Schema<R>],
  work: (enclave: Enclave, args: A, remote: Remote) => Conversation<R>,
): Method {
  return {
    kind,
    *run(enclave, bytes, remote) {
      const given = decodeArgs(args, bytes)
      return encodeRust(result, yield* work(enclave, given, remote))
    },
  }
}

function decodeArgs<T>(schema: Schema<T>, bytes: Uint8Array): T {
  if (isNothing(bytes)) return schema.zero
  try {
    return decodeRust(schema, bytes)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw refusal('malformed', sentenceOfDecoding(error))
  }
}

/** COMPAT(oasis-cbor): null, or nothing, stands for arguments all of which are empty. */
function isNothing(bytes: Uint8Array): boolean {
  return bytes.length === 0 || (bytes.length === 1 && (bytes[0] === 0xf6 || bytes[0] === 0xf7))
}

/** What there is nothing to say to: null. */
const Nothing: Schema<undefined> = nilable(KeyPair) as Schema<undefined>

const METHODS: ReadonlyMap<string, Method> = new Map([
  [
    'get_or_create_keys',
    method('NoiseSession', [wire.LongTermKeyRequest, KeyPair], keys.longTermKeys),
  ],
  [
    'get_public_key',
    method('InsecureQuery', [wire.LongTermKeyRequest, SignedPublicKey], keys.publicLongTermKey),
  ],
  [
    'get_or_create_ephemeral_keys',
    method('NoiseSession', [wire.EphemeralKeyRequest, KeyPair], keys.ephemeralKeys),
  ],
  [
    'get_public_ephemeral_key',
    method('InsecureQuery', [wire.EphemeralKeyRequest, SignedPublicKey], keys.publicEphemeralKey),
  ],
  [
    'replicate_master_secret',
    method(
      'NoiseSession',
      [wire.ReplicateMasterSecretRequest, wire.ReplicateMasterSecretResponse],
      keys.replicateMasterSecret,
    ),
  ],
  [
    'replicate_ephemeral_secret',
    method(
      'NoiseSession',
      [wire.ReplicateEphemeralSecretRequest, wire.ReplicateEphemeralSecretResponse],
      keys.replicateEphemeralSecret,
    ),
  ],
  ['init', method('LocalQuery', [wire.InitRequest, SignedInitResponse], secrets.initialize)],
  [
    'generate_master_secret',
    method(
      'LocalQuery',
      [wire.GenerateMasterSecretRequest, wire.GenerateMasterSecretResponse],
      secrets.generateMasterSecret,
    ),
  ],
  [
    'generate_ephemeral_secret',
    method(
      'LocalQuery',
      [wire.GenerateEphemeralSecretRequest, wire.GenerateEphemeralSecretResponse],
      secrets.generateEphemeralSecret,
    ),
  ],
  [
    'load_master_secret',
    method('LocalQuery', [wire.LoadMasterSecretRequest, Nothing], secrets.loadMasterSecret),
  ],
  [
    'load_ephemeral_secret',
    method('LocalQuery', [wire.LoadEphemeralSecretRequest, Nothing], secrets.loadEphemeralSecret),
  ],
])

/** A call that hosts bring. */
export type KeyCall = Request<'RuntimeRPCCallRequest'> | Request<'RuntimeLocalRPCCallRequest'>

/** Answers calls. Any number of them may be worked on at once. */
export class KeyServer {
  readonly enclave: Enclave
  readonly #server: RpcServer

  constructor(id: Namespace, options: EnclaveOptions) {
    this.enclave = new Enclave(id, options)
    // Who may have what is decided by method: everybody gets a session.
    const rules = sessionRules(options, undefined)
    this.#server = new RpcServer(rules, secondsOf(options.clock), (request, remote) =>
      this.#dispatch('NoiseSession', request, remote),
    )
  }

  get sessionCount(): number {
    return this.#server.sessionCount
  }

  /** Gives what the host is to be answered. Throws what it is to be told instead. */
  *serve(call: KeyCall): Conversation<Body> {
    if (call.kind === 'RuntimeLocalRPCCallRequest')
      return yield* this.#serveLocal(call.body.request)
    const { request, kind, peerId } = call.body
    switch (kind) {
      case RPC_KINDS.noiseSession: {
        const response = yield* this.#server.serve(peerId, request)
        return { kind: 'RuntimeRPCCallResponse', body: { response } }
      }
      case RPC_KINDS.insecureQuery: {
        const given = decodeRequest(request)
        const response = yield* this.#dispatch('InsecureQuery', given, undefined)
        const body = { response: encodeRust(RpcResponse, response) }
        return { kind: 'RuntimeRPCCallResponse', body }
      }
      case RPC_KINDS.localQuery:
        // COMPAT(oasis-core): it is the host that must not let such calls in.
        return yield* this.#serveLocal(request)
      default:
        throw dispatchRefusal('malformed request')
    }
  }

  *#serveLocal(request: Uint8Array): Conversation<Body> {
    const body = yield* this.#dispatch('LocalQuery', decodeRequest(request), undefined)
    const response = encodeRust(RpcMessage, { kind: 'Response', body })
    return { kind: 'RuntimeLocalRPCCallResponse', body: { response } }
  }

  /** Refusals are answers: only the sentence is told. */
  *#dispatch(kind: CallKind, request: RpcRequest, remote: Remote): Conversation<RpcResponse> {
    try {
      const body = yield* this.#call(kind, request, remote)
      return { body: { kind: 'Success', body } }
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      return { body: { kind: 'Error', body: error.message } }
    }
  }

  #call(
    kind: CallKind,
    { method: name, args }: RpcRequest,
    remote: Remote,
  ): Conversation<Uint8Array> {
    const known = METHODS.get(name)
    if (known === undefined) throw refusal('noMethod', `method not found: ${quoted(name)}`)
    if (known.kind !== kind) {
      throw refusal('wrongKind', `invalid RPC kind: ${quoted(name)} (${kind})`)
    }
    return known.run(this.enclave, args, remote)
  }
}

function decodeRequest(request: Uint8Array): RpcRequest {
  try {
    return decodeRust(RpcRequest, request)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw dispatchRefusal('malformed request')
  }
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\0', '\\0'],
])

/** A text as Rust prints it for its programmers. */
function quoted(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to be escaped.
  const escaped = text.replace(/["\\\u0000-\u001f\u007f]/g, (character) => {
    const code = character.charCodeAt(0).toString(16)
    return ESCAPES.get(character) ?? `\\u{${code}}`
  })
  return `"${escaped}"`
}
