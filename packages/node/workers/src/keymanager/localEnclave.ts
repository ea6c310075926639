/** What a node has its own key manager's enclave do, and whether it may be believed. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import { decode, encode, type Schema } from '@wadi/cbor/codec'
import { bytes } from '@wadi/cbor/scalars'
import { nilable } from '@wadi/cbor/struct'
import {
  EncryptedEphemeralSecret,
  EncryptedMasterSecret,
  InitResponse,
  type SignedEncryptedEphemeralSecret,
  type SignedEncryptedMasterSecret,
  SignedInitResponse,
  type Status,
} from '@wadi/consensus/keymanager'
import type { HostedRuntime } from '@wadi/contracts/runtime-host'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { isValidSignature, type SignatureRules } from '@wadi/crypto/signature/verification'
import type { Epoch } from '@wadi/primitives/epoch'
import { TEE_HARDWARE } from '@wadi/primitives/node'
import { PublicKey } from '@wadi/primitives/publicKey'
import { insecureIdentity } from '@wadi/runtime-keymanager/identity'
import {
  GenerateEphemeralSecretRequest,
  GenerateEphemeralSecretResponse,
  GenerateMasterSecretRequest,
  GenerateMasterSecretResponse,
  InitRequest,
  LoadEphemeralSecretRequest,
  LoadMasterSecretRequest,
} from '@wadi/runtime-keymanager/methods'
import { RpcMessage, RpcRequest } from '@wadi/runtime-protocol/enclave-rpc/message'
import { keyManagerErrors as errors } from '../errors.ts'

/** The methods of a node's own enclave. */
const METHODS = {
  init: 'init',
  generateMaster: 'generate_master_secret',
  generateEphemeral: 'generate_ephemeral_secret',
  loadMaster: 'load_master_secret',
  loadEphemeral: 'load_ephemeral_secret',
} as const

/** What there is nothing to say to. */
const Nothing = nilable(bytes)

interface Said<T> {
  readonly schema: Schema<T>
  readonly value: T
  readonly signature: Uint8Array
  readonly context: ReturnType<typeof contextOf>
}

/** See the top of this file. */
export class LocalEnclave {
  readonly #host: HostedRuntime
  readonly #rules: SignatureRules
  /** What the key manager's descriptor says of its enclaves. */
  teeHardware: number = TEE_HARDWARE.invalid

  constructor(host: HostedRuntime, rules: SignatureRules) {
    this.#host = host
    this.#rules = rules
  }

  /** Gets it ready for a status; what it said then is good for the registry. */
  async init(status: Status): Promise<SignedInitResponse> {
    const said = await this.#call(METHODS.init, [InitRequest, { status }], SignedInitResponse)
    const { initResponse: value, signature = EMPTY_BYTES } = said
    const context = contextOf(contexts.keyManagerInitResponse)
    this.#check({ schema: InitResponse, value, signature, context })
    return said
  }

  async generateMaster(generation: bigint, epoch: Epoch): Promise<SignedEncryptedMasterSecret> {
    const { signedSecret } = await this.#call(
      METHODS.generateMaster,
      [GenerateMasterSecretRequest, { generation, epoch }],
      GenerateMasterSecretResponse,
    )
    const { secret: value, signature } = signedSecret
    if (value.generation !== generation || value.epoch !== epoch) throw errors.otherSecret()
    const context = contextOf(contexts.encryptedMasterSecret)
    this.#check({ schema: EncryptedMasterSecret, value, signature, context })
    return signedSecret
  }

  async generateEphemeral(epoch: Epoch): Promise<SignedEncryptedEphemeralSecret> {
    const { signedSecret } = await this.#call(
      METHODS.generateEphemeral,
      [GenerateEphemeralSecretRequest, { epoch }],
      GenerateEphemeralSecretResponse,
    )
    const { secret: value, signature } = signedSecret
    if (value.epoch !== epoch) throw errors.otherSecret()
    const context = contextOf(contexts.encryptedEphemeralSecret)
    this.#check({ schema: EncryptedEphemeralSecret, value, signature, context })
    return signedSecret
  }

  async loadMaster(signedSecret: SignedEncryptedMasterSecret): Promise<void> {
    await this.#call(METHODS.loadMaster, [LoadMasterSecretRequest, { signedSecret }], Nothing)
  }

  async loadEphemeral(signedSecret: SignedEncryptedEphemeralSecret): Promise<void> {
    await this.#call(METHODS.loadEphemeral, [LoadEphemeralSecretRequest, { signedSecret }], Nothing)
  }

  async #call<A, R>(
    method: string,
    [schema, value]: readonly [Schema<A>, A],
    result: Schema<R>,
  ): Promise<R> {
    const request = encode(RpcRequest, { method, args: encode(schema, value) })
    const call = { kind: 'RuntimeLocalRPCCallRequest', body: { request } } as const
    const { body } = await this.#host.call(call)
    const message = decode(RpcMessage, body.response)
    if (message.kind !== 'Response') throw errors.badResponse(message.kind)
    const answer = message.body.body
    if (answer.kind === 'Error') throw errors.refused(`'${answer.body}'`)
    return decode(result, answer.body)
  }

  #check<T>({ schema, value, signature, context }: Said<T>): void {
    const message = encode(schema, value)
    const publicKey = this.#attestationKey()
    if (!isValidSignature(this.#rules, { context, message, publicKey, signature }))
      throw errors.notSigned()
  }

  /** Without an enclave it is a key that everybody has. */
  #attestationKey(): PublicKey {
    if (this.teeHardware === TEE_HARDWARE.invalid)
      return PublicKey.check(insecureIdentity.rak.publicKey)
    const { capabilityTee } = this.#host
    if (capabilityTee === undefined) throw errors.noKeys()
    return capabilityTee.rak
  }
}
