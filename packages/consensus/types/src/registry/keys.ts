/** Every key of the registry. */

import { SignedEntity } from '@wadi/primitives/entity'
import { bytesKey, keyFormat } from '@wadi/primitives/keyFormat'
import { MultiSignedNode } from '@wadi/primitives/node'
import { PublicKey } from '@wadi/primitives/publicKey'
import {
  cborValue,
  emptyValue,
  hashedNamespace,
  hashedPublicKey,
  rawValue,
} from '../state/stateTable.ts'
import { Runtime } from './runtime.ts'
import { NodeStatus, Parameters } from './types.ts'

/** The first bytes of SHA-256 of a consensus key: how CometBFT names a validator. */
const COMET_ADDRESS_SIZE = 20

/** The descriptors of entities, as they were signed. */
export const entities = {
  name: 'registry.entities',
  keys: keyFormat(0x10, hashedPublicKey),
  value: cborValue(SignedEntity),
} as const

/** The descriptors of nodes, as they were signed. */
export const nodes = {
  name: 'registry.nodes',
  keys: keyFormat(0x11, hashedPublicKey),
  value: cborValue(MultiSignedNode),
} as const

/** Entity, then node. */
export const nodesByEntity = {
  name: 'registry.nodesByEntity',
  keys: keyFormat(0x12, hashedPublicKey, hashedPublicKey),
  value: emptyValue,
} as const

/** The descriptors of the runtimes that run. */
export const runtimes = {
  name: 'registry.runtimes',
  keys: keyFormat(0x13, hashedNamespace),
  value: cborValue(Runtime),
} as const

/** Nodes by the address of their consensus key. */
export const nodesByCometAddress = {
  name: 'registry.nodesByCometAddress',
  keys: keyFormat(0x14, bytesKey<Uint8Array>(COMET_ADDRESS_SIZE)),
  value: rawValue(PublicKey),
} as const

/** What is held against each node. */
export const nodeStatuses = {
  name: 'registry.nodeStatuses',
  keys: keyFormat(0x15, hashedPublicKey),
  value: cborValue(NodeStatus),
} as const

/** The registry's parameters. */
export const parameters = {
  name: 'registry.parameters',
  keys: keyFormat(0x16),
  value: cborValue(Parameters),
} as const

/** By each key of a node that is not its identifier: consensus, P2P, VRF and TLS. */
export const nodesBySubKey = {
  name: 'registry.nodesBySubKey',
  keys: keyFormat(0x17, hashedPublicKey),
  value: rawValue(PublicKey),
} as const

/** The descriptors of the runtimes that do not run now. */
export const suspendedRuntimes = {
  name: 'registry.suspendedRuntimes',
  keys: keyFormat(0x18, hashedNamespace),
  value: cborValue(Runtime),
} as const

/** Owner, then runtime. */
export const runtimesByEntity = {
  name: 'registry.runtimesByEntity',
  keys: keyFormat(0x19, hashedPublicKey, hashedNamespace),
  value: emptyValue,
} as const
