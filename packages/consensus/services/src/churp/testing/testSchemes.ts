/** Schemes of a key manager, and what is signed for them in a test. */

import { encode, make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import {
  type Application,
  Parameters,
  PolicySgx,
  type SignedPolicySgx,
  Status,
} from '@wadi/consensus/churp'
import {
  ApplicationRequest,
  ConfirmationRequest,
  type SignedApplicationRequest,
  type SignedConfirmationRequest,
} from '@wadi/consensus/churp/methods'
import { contexts } from '@wadi/crypto/signature/contexts'
import type { Signer } from '@wadi/crypto/signature/signer'
import { type Hash, hashOfBytes } from '@wadi/primitives/hash'
import { PublicKey } from '@wadi/primitives/publicKey'
import type { Context } from '../../kernel/context.ts'
import {
  insecureRak,
  type KeyManagerOptions,
  keyManagerContext,
  RUNTIME,
  sign,
  signatures,
} from '../../keymanager/testing/testEnclaves.ts'
import { testKey } from '../../testing/testNodes.ts'
import { entitySigner } from '../../testing/testRegistry.ts'
import type { plainErrors } from '../errors.ts'
import { setParameters, setStatus } from '../state.ts'

/** The scheme of a test. */
export const SCHEME = { id: 3, runtimeId: RUNTIME.id } as const

/** The checksum that everybody confirms, and another one. */
export const CHECKSUM: Hash = hashOfBytes(Uint8Array.of(1))
export const OTHER_CHECKSUM: Hash = hashOfBytes(Uint8Array.of(2))

/** A policy of the scheme that somebody signed; it is the first one unless told otherwise. */
export function signedPolicy(
  fields: Partial<PolicySgx> = {},
  signers: readonly Signer[] = [entitySigner('policy')],
): SignedPolicySgx {
  const policy = make(PolicySgx, { ...SCHEME, ...fields })
  const message = encode(PolicySgx, policy)
  return { policy, signatures: signatures(signers, contexts.churpPolicy, message) }
}

/** Applications of the nodes of some numbers; those who are `confirmed` have their shares. */
export function applicationsOf(
  numbers: readonly number[],
  confirmed: readonly number[] = [],
): Status['applications'] {
  const entries = numbers.map((n) => {
    const application = { checksum: OTHER_CHECKSUM, reconstructed: confirmed.includes(n) }
    return [testKey(n), application] as const
  })
  return keyedMap<PublicKey, Application>(PublicKey, entries)
}

/** Where the scheme stands: a threshold of one, and handoffs every 4 epochs from 11 on. */
export function schemeStatus(fields: Partial<Status> = {}): Status {
  return make(Status, {
    ...SCHEME,
    threshold: 1,
    handoffInterval: 4n,
    policy: signedPolicy(),
    nextHandoff: 11n,
    ...fields,
  })
}

/** What is different in a test of CHURP. */
export interface ChurpOptions extends Omit<KeyManagerOptions, 'status'> {
  /** Where the scheme stands; there is none unless told. */
  readonly scheme?: Status
}

/** A chain in epoch 10 with the key manager, on which its owner calls. */
export function churpContext({ scheme, costs, ...options }: ChurpOptions = {}): Context {
  const ctx = keyManagerContext(options)
  if (costs !== undefined)
    setParameters(ctx.state, make(Parameters, { gasCosts: keyedMap(text, Object.entries(costs)) }))
  if (scheme !== undefined) setStatus(ctx.state, scheme)
  return ctx
}

/** An application for the handoff in epoch 11, unless told otherwise. */
export function application(
  fields: Partial<ApplicationRequest> = {},
  rak: Signer = insecureRak,
): SignedApplicationRequest {
  const start = { ...SCHEME, epoch: 11n, checksum: OTHER_CHECKSUM }
  const request = make(ApplicationRequest, { ...start, ...fields })
  const message = encode(ApplicationRequest, request)
  return { application: request, signature: sign(rak, contexts.churpApplication, message) }
}

/** A confirmation of the handoff in epoch 10, unless told otherwise. */
export function confirmation(
  fields: Partial<ConfirmationRequest> = {},
  rak: Signer = insecureRak,
): SignedConfirmationRequest {
  const start = { ...SCHEME, epoch: 10n, checksum: CHECKSUM }
  const request = make(ConfirmationRequest, { ...start, ...fields })
  const message = encode(ConfirmationRequest, request)
  return { confirmation: request, signature: sign(rak, contexts.churpConfirmation, message) }
}

/** What is refused without a code. */
export function refused(name: keyof typeof plainErrors): object {
  return { module: 'unknown', code: 1, reason: `keymanager/churp.${name}` }
}
