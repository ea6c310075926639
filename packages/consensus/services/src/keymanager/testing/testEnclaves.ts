/** A key manager, its nodes, and the enclaves that sign for them in a test. */

import { encode, make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import {
  EncryptedEphemeralSecret,
  EncryptedMasterSecret,
  EncryptedSecret,
  InitResponse,
  Parameters,
  PolicySgx,
  type SignedEncryptedEphemeralSecret,
  type SignedEncryptedMasterSecret,
  SignedInitResponse,
  type SignedPolicySgx,
  Status,
} from '@wadi/consensus/keymanager'
import * as keys from '@wadi/consensus/keymanager/keys'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import { type ContextDeclaration, contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import type { Signer } from '@wadi/crypto/signature/signer'
import {
  Capabilities,
  CapabilityTee,
  type Node,
  NodeRuntime,
  TEE_HARDWARE,
} from '@wadi/primitives/node'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { X25519PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature, type Signature } from '@wadi/primitives/signed'
import { type Context, signedBy } from '../../kernel/context.ts'
import { write } from '../../kernel/state.ts'
import { putNode, testKey, testNode } from '../../testing/testNodes.ts'
import {
  deployment,
  entitySigner,
  keyManagerRuntime,
  keyOf,
  putRuntime,
  type RegistryOptions,
  registryContext,
} from '../../testing/testRegistry.ts'
import { INSECURE_REK } from '../enclaveKeys.ts'
import type { plainErrors } from '../errors.ts'

/** A key manager outside of enclaves, of entity `alice`. */
export const RUNTIME: Runtime = keyManagerRuntime({ deployments: [deployment({ validFrom: 0n })] })

/** The same one, inside of enclaves. */
export const SGX_RUNTIME: Runtime = { ...RUNTIME, teeHardware: TEE_HARDWARE.intelSgx }

/** Who signs for everybody who runs no enclave. */
export const insecureRak: Signer = createTestSigner('node', 'ekiden test key manager RAK seed')

/** Who signs for the enclave of the node of a number. */
export function rakOf(n: number): Signer {
  return createTestSigner('node', `rak ${n}`)
}

/** For what secrets are encrypted that the enclave of a number is to have. */
export function rekOf(n: number): X25519PublicKey {
  return X25519PublicKey.check(keyOf(createTestSigner('node', `rek ${n}`)))
}

/** A raw signature. */
export function sign(
  signer: Signer,
  context: ContextDeclaration,
  message: Uint8Array,
): RawSignature {
  return RawSignature.check(signer.sign(contextOf(context), message))
}

/** Signatures of a message, with the keys. */
export function signatures(
  signers: readonly Signer[],
  context: ContextDeclaration,
  message: Uint8Array,
): readonly Signature[] {
  return signers.map((signer) => ({
    publicKey: keyOf(signer),
    signature: sign(signer, context, message),
  }))
}

/** A policy of the key manager that somebody signed. */
export function signedPolicy(
  fields: Partial<PolicySgx> = {},
  signers: readonly Signer[] = [entitySigner('policy')],
): SignedPolicySgx {
  const policy = make(PolicySgx, { id: RUNTIME.id, serial: 1, ...fields })
  const message = encode(PolicySgx, policy)
  return { policy, signatures: signatures(signers, contexts.keyManagerPolicy, message) }
}

/** What an enclave says when it starts, as it stands in a descriptor. */
export function extraInfo(
  fields: Partial<InitResponse> = {},
  signer: Signer = insecureRak,
): Uint8Array {
  const initResponse = make(InitResponse, fields)
  const message = encode(InitResponse, initResponse)
  const signature = sign(signer, contexts.keyManagerInitResponse, message)
  return encode(SignedInitResponse, { initResponse, signature })
}

/** What a node says of the key manager: no enclave, and nothing initialized, unless told. */
export function runtimeEntry(fields: Partial<NodeRuntime> = {}): NodeRuntime {
  const version = { major: 1, minor: 0, patch: 0 }
  return make(NodeRuntime, { id: RUNTIME.id, version, extraInfo: extraInfo(), ...fields })
}

/** What a node with an enclave says of the key manager. */
export function enclaveEntry(n: number, response: Partial<InitResponse> = {}): NodeRuntime {
  const hardware = TEE_HARDWARE.intelSgx
  const tee = make(CapabilityTee, { hardware, rak: keyOf(rakOf(n)), rek: rekOf(n) })
  const capabilities = make(Capabilities, { tee })
  return runtimeEntry({ capabilities, extraInfo: extraInfo(response, rakOf(n)) })
}

/** The node of a number, which runs the key manager. */
export function kmNode(n: number, fields: Partial<Node> = {}): Node {
  return testNode(n, { roles: ROLES['key-manager'], runtimes: [runtimeEntry()], ...fields })
}

/** What is different in a test of the key manager. */
export interface KeyManagerOptions extends RegistryOptions {
  /** {@link RUNTIME} unless told otherwise. */
  readonly runtime?: Runtime
  readonly nodes?: readonly Node[]
  /** Where the key manager stands; nowhere unless told. */
  readonly status?: Partial<Status>
  /** What an operation costs. */
  readonly costs?: Readonly<Record<string, bigint>>
}

/** A chain in epoch 10 with the key manager, on which its owner calls. */
export function keyManagerContext(options: KeyManagerOptions = {}): Context {
  const { runtime = RUNTIME, nodes = [], status, costs = {} } = options
  const ctx = registryContext({ signer: entitySigner('alice'), ...options })
  const gasCosts = keyedMap(text, Object.entries(costs))
  write(ctx.state, keys.parameters, [], make(Parameters, { gasCosts }))
  putRuntime(ctx.state, runtime)
  for (const node of nodes) putNode(ctx.state, node)
  if (status !== undefined)
    write(ctx.state, keys.statuses, [runtime.id], make(Status, { id: runtime.id, ...status }))
  return ctx
}

/** The same chain, on which the node of a number calls. */
export function asNode(ctx: Context, n: number): Context {
  return signedBy({ ...ctx, events: [] }, testKey(n))
}

/** A secret that is encrypted for enclaves; for those that are none unless told otherwise. */
export function encryptedSecret(
  reks: readonly X25519PublicKey[] = [INSECURE_REK],
): EncryptedSecret {
  const ciphertexts = reks.map((rek) => [rek, Uint8Array.of(1)] as const)
  return make(EncryptedSecret, {
    checksum: Uint8Array.of(7),
    ciphertexts: keyedMap<X25519PublicKey, Uint8Array | undefined>(X25519PublicKey, ciphertexts),
  })
}

/** The first master secret, for epoch 11, unless told otherwise. */
export function masterSecret(
  fields: Partial<EncryptedMasterSecret> = {},
  signer: Signer = insecureRak,
): SignedEncryptedMasterSecret {
  const start = { runtimeId: RUNTIME.id, epoch: 11n, secret: encryptedSecret() }
  const secret = make(EncryptedMasterSecret, { ...start, ...fields })
  const message = encode(EncryptedMasterSecret, secret)
  return { secret, signature: sign(signer, contexts.encryptedMasterSecret, message) }
}

/** The ephemeral secret of epoch 11, unless told otherwise. */
export function ephemeralSecret(
  fields: Partial<EncryptedEphemeralSecret> = {},
  signer: Signer = insecureRak,
): SignedEncryptedEphemeralSecret {
  const start = { runtimeId: RUNTIME.id, epoch: 11n, secret: encryptedSecret() }
  const secret = make(EncryptedEphemeralSecret, { ...start, ...fields })
  const message = encode(EncryptedEphemeralSecret, secret)
  return { secret, signature: sign(signer, contexts.encryptedEphemeralSecret, message) }
}

/** What is refused without a code. */
export function refused(name: keyof typeof plainErrors): object {
  return { module: 'unknown', code: 1, reason: `keymanager.${name}` }
}
