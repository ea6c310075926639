/** All keys of a node in its data directory. */

import { join } from 'node:path'
import type { RandomSource } from '@wadi/base/random'
import type { Secret } from '@wadi/base/secret'
import { loadOrCreateTlsIdentity, type TlsIdentity } from '../tls/tlsKeyFile.ts'
import {
  ensurePublicKeyFile,
  type KeyPair,
  loadOrCreateEntropy,
  loadOrCreateKeyFile,
  requireKeyFile,
} from './keyFile.ts'

/** The roles of a node's keys, and the names of their files. An entity's is `entity.pem`. */
export const ROLE_FILES = {
  node: 'identity',
  p2p: 'p2p',
  consensus: 'consensus',
  vrf: 'vrf',
} as const

/** A node's identity. */
export interface NodeIdentity {
  readonly node: KeyPair
  readonly p2p: KeyPair
  readonly p2pEntropy: Secret<Uint8Array>
  readonly consensus: KeyPair
  readonly vrf: KeyPair
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
  const loadTls = (name: string): TlsIdentity =>
    loadOrCreateTlsIdentity({ key: path(name), certificate: path(`${name}_cert`) }, random, nowMs)
  return {
    node: load('node'),
    p2p: load('p2p'),
    p2pEntropy: loadOrCreateEntropy(path('p2p_entropy'), random),
    consensus: load('consensus'),
    vrf: load('vrf'),
    tls: loadTls('tls_identity'),
    sentryClientTls: loadTls('sentry_client_tls_identity'),
  }
}

/** Loads the keys of a node; one that is missing is an error. */
export function loadNodeIdentity(options: IdentityOptions): NodeIdentity {
  return loadAll(options, requireKeyFile)
}

/** Loads the keys of a node and makes those that are missing. */
export function loadOrCreateNodeIdentity(options: IdentityOptions): NodeIdentity {
  return loadAll(options, (path) => loadOrCreateKeyFile(path, options.random))
}
