/** All keys of a network that somebody made, each of which follows from one seed. */

import { toUtf8 } from '@wadi/base/bytes'
import { Secret } from '@wadi/base/secret'
import { sha512Trunc256 } from '@wadi/crypto/hash/sha512'
import type { KeyRole } from '@wadi/crypto/signature/keyRole'
import { createMemorySigner, createMemoryVrfSigner } from '@wadi/crypto/signature/memorySigner'
import type { Signer, VrfSigner } from '@wadi/crypto/signature/signer'
import { type Address, stakingAddress } from '@wadi/primitives/address'
import { PublicKey } from '@wadi/primitives/publicKey'

/** Somebody who signs, and the seed to write into a key file. */
export interface NetworkKey<S extends Signer = Signer> {
  readonly seed: Secret<Uint8Array>
  readonly signer: S
  readonly publicKey: PublicKey
}

/** An entity with one node, and all keys of both. */
export interface ValidatorKeys {
  readonly entity: NetworkKey
  readonly node: NetworkKey
  readonly p2p: NetworkKey
  readonly consensus: NetworkKey
  readonly vrf: NetworkKey<VrfSigner>
  readonly tls: NetworkKey
}

/** Somebody with tokens. */
export interface NetworkAccount {
  readonly signer: Signer
  readonly address: Address
}

function seedOf(seed: string, name: string): Secret<Uint8Array> {
  return new Secret(sha512Trunc256(toUtf8(`wadi network ${seed}: ${name}`)))
}

function keyOf(role: Exclude<KeyRole, 'vrf'>, seed: Secret<Uint8Array>): NetworkKey {
  const signer = createMemorySigner(role, seed)
  return { seed, signer, publicKey: PublicKey.check(signer.publicKey) }
}

function vrfKeyOf(seed: Secret<Uint8Array>): NetworkKey<VrfSigner> {
  const signer = createMemoryVrfSigner(seed)
  return { seed, signer, publicKey: PublicKey.check(signer.publicKey) }
}

/** The keys of the validator of a number. */
export function validatorKeys(seed: string, index: number): ValidatorKeys {
  const own = (name: string) => seedOf(seed, `${name} of validator ${index}`)
  return {
    entity: keyOf('entity', own('entity')),
    node: keyOf('node', own('node')),
    p2p: keyOf('p2p', own('p2p')),
    consensus: keyOf('consensus', own('consensus')),
    vrf: vrfKeyOf(own('vrf')),
    tls: keyOf('node', own('tls')),
  }
}

/** The account of a number. */
export function networkAccount(seed: string, index: number): NetworkAccount {
  const { signer, publicKey } = keyOf('entity', seedOf(seed, `account ${index}`))
  return { signer, address: stakingAddress(publicKey) }
}
