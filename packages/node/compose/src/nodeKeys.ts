/** The keys with which a node speaks and votes. */

import { join } from 'node:path'
import type { RandomSource } from '@wadi/base/random'
import type { IdentityStatus } from '@wadi/consensus/control'
import { signMessage } from '@wadi/crypto/ed25519/sign'
import { type KeyPair, requireKeyFile } from '@wadi/node-crypto/keys/keyFile'
import {
  loadOrCreateNodeIdentity,
  type NodeIdentity,
  ROLE_FILES,
} from '@wadi/node-crypto/keys/nodeIdentity'
import { PublicKey } from '@wadi/primitives/publicKey'
import type { SignatureDialect } from '@wadi/tendermint/dialect'

/** Who a node is among its peers, and with whose key it votes. */
export interface NodeKeys {
  readonly p2p: KeyPair
  readonly consensus: KeyPair
  /** All of its keys. */
  readonly identity: NodeIdentity
}

/** Where its keys are, and what new ones are made of. */
export interface NodeKeysOptions {
  readonly dataDir: string
  readonly random: RandomSource
  readonly nowMs: number
}

/** Where the key is that signs votes. */
export function consensusKeyPath(dataDir: string): string {
  return join(dataDir, `${ROLE_FILES.consensus}.pem`)
}

/** Loads the keys of a node's folder, and makes all of its identity that is missing. */
export function loadOrCreateNodeKeys(options: NodeKeysOptions): NodeKeys {
  const identity = loadOrCreateNodeIdentity(options)
  const { dataDir } = options
  return {
    identity,
    p2p: requireKeyFile(join(dataDir, `${ROLE_FILES.p2p}.pem`)),
    consensus: requireKeyFile(consensusKeyPath(dataDir)),
  }
}

/** By what a node is known. */
export function identityStatusOf({ node, consensus, tls }: NodeIdentity): IdentityStatus {
  return {
    node: PublicKey.check(node.publicKey),
    consensus: PublicKey.check(consensus.publicKey),
    tls: PublicKey.check(tls.key.publicKey),
  }
}

/** Signs in a dialect with a key. */
export function signerIn(
  dialect: SignatureDialect,
  { seed, publicKey }: KeyPair,
): (message: Uint8Array) => Uint8Array {
  return (message) => signMessage({ seed: seed.reveal(), publicKey }, dialect.prehash(message))
}
