/** What transactions ask of the registry. */

import type { Infer } from '@wadi/cbor/codec'
import { fixedBytes } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { SignedEntity } from '@wadi/primitives/entity'
import { MultiSignedNode } from '@wadi/primitives/node'
import { PublicKey } from '@wadi/primitives/publicKey'
import { Runtime } from './runtime.ts'

/** Body of registry.UnfreezeNode. */
export const UnfreezeNode = struct({ nodeId: PublicKey })
export type UnfreezeNode = Infer<typeof UnfreezeNode>

/** Body of registry.ProveFreshness: 32 bytes that an enclave drew. */
export const ProveFreshness = fixedBytes(32)
export type ProveFreshness = Infer<typeof ProveFreshness>

/** Bodies by method. registry.DeregisterEntity has none: what it is given is not looked at. */
export const methodBodies = {
  'registry.RegisterEntity': SignedEntity,
  'registry.RegisterNode': MultiSignedNode,
  'registry.UnfreezeNode': UnfreezeNode,
  'registry.RegisterRuntime': Runtime,
  'registry.ProveFreshness': ProveFreshness,
} as const
