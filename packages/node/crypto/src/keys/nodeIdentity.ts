/** All keys of a node in its data directory. */

import { join } from 'node:path'
import type { RandomSource } from '@wadi/base/random'
import type { Secret } from '@wadi/base/secret'
import { createMemorySigner, createMemoryVrfSigner } from '@wadi/crypto/signature/memorySigner'
import type { Signer, VrfSigner } from '@wadi/crypto/signature/signer'
import { loadOrCreateTlsIdentity, type TlsIdentity } from '../tls/tlsKeyFile.ts'
import {
  ensurePublicKeyFile,
  type KeyPair,
  loadOrCreateEntropy,
  loadOrCreateKeyFile,
  requireKeyFile,
} from './keyFile.ts'

/** The roles of a node's keys, and the names of their files. */
export const ROLE_FILES = {
  node: 'identity',
  p2p: 'p2p',
  consensus: 'consensus',
  vrf: 'vrf',
} as const

/** A node's identity. */
export interface NodeIdentity {
  readonly node: Signer
  readonly p2p: Signer
  readonly p2pEntropy: Secret<Uint8Array>
  readonly consensus: Signer
  readonly vrf: VrfSigner
  readonly tls: TlsIdentity
  readonly sentryClientTls: TlsIdentity
}

/** Where from, and with what, an identity is loaded. */
export interface IdentityOptions {
  readonly dataDir: string
  readonly random: RandomSource
  readonly nowMs: number
}

type Role = keyof typeof ROLE_FILES

function loadAll(options: IdentityOptions, loadKey: (path: string) => KeyPair): NodeIdentity {
  const { dataDir, random, nowMs } = options
  const path = (name: string): string => join(dataDir, `${name}.pem`)
  const load = (role: Role): KeyPair => {
    const name = ROLE_FILES[role]
    const pair = loadKey(path(name))
    ensurePublicKeyFile(path(`${name}_pub`), pair.publicKey)
    return pair
  }
  const signer = (role: Exclude<Role, 'vrf'>): Signer => createMemorySigner(role, load(role).seed)
  const loadTls = (name: string): TlsIdentity =>
    loadOrCreateTlsIdentity({ key: path(name), certificate: path(`${name}_cert`) }, random, nowMs)
  return {
    node: signer('node'),
    p2p: signer('p2p'),
    p2pEntropy: loadOrCreateEntropy(path('p2p_entropy'), random),
    consensus: signer('consensus'),
    vrf: createMemoryVrfSigner(load('vrf').seed),
    tls: loadTls('tls_identity'),
    sentryClientTls: loadTls('sentry_client_tls_identity'),
  }
}

/**
 * Loads the keys of a node; one that is missing is an error.
 * COMPAT(oasis-core): not so the entropy and the TLS keys, which are made.
 */
export function loadNodeIdentity(options: IdentityOptions): NodeIdentity {
  return loadAll(options, requireKeyFile)
}

/** Loads the keys of a node and makes those that are missing. */
export function loadOrCreateNodeIdentity(options: IdentityOptions): NodeIdentity {
  return loadAll(options, (path) => loadOrCreateKeyFile(path, options.random))
}

/** The signer of an entity, from the `entity.pem` of its directory. */
export function loadEntitySigner(directory: string): Signer {
  return createMemorySigner('entity', requireKeyFile(join(directory, 'entity.pem')).seed)
}
