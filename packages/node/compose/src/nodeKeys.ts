/** The keys with which a node speaks and votes. */

import { join } from 'node:path'
import type { RandomSource } from '@wadi/base/random'
import type { IdentityStatus } from '@wadi/consensus/control'
import { signMessage } from '@wadi/crypto/ed25519/sign'
import { type KeyPair, requireKeyFile } from '@wadi/node-crypto/keys/keyFile'
import { loadOrCreateNodeIdentity, ROLE_FILES } from '@wadi/node-crypto/keys/nodeIdentity'
import { PublicKey } from '@wadi/primitives/publicKey'
import type { SignatureDialect } from '@wadi/tendermint/dialect'

/** Who a node is among its peers, and with whose key it votes. */
export interface NodeKeys {
  readonly p2p: KeyPair
  readonly consensus: KeyPair
  /** By what it is known. */
  readonly identity: IdentityStatus
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
  const { node, consensus, tls } = loadOrCreateNodeIdentity(options)
  const { dataDir } = options
  return {
    identity: {
      node: PublicKey.check(node.publicKey),
      consensus: PublicKey.check(consensus.publicKey),
      tls: PublicKey.check(tls.key.publicKey),
    },
    p2p: requireKeyFile(join(dataDir, `${ROLE_FILES.p2p}.pem`)),
    consensus: requireKeyFile(consensusKeyPath(dataDir)),
  }
}

/** Signs in a dialect with a key. */
export function signerIn(
  dialect: SignatureDialect,
  { seed, publicKey }: KeyPair,
): (message: Uint8Array) => Uint8Array {
  return (message) => signMessage({ seed: seed.reveal(), publicKey }, dialect.prehash(message))
}
