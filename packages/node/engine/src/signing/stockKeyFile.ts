/** The key of a validator as CometBFT keeps it: `priv_validator_key.json`. */

import { concatBytes, equalBytes, parseBase64, toBase64, toHex } from '@wadi/base/bytes'
import { definePlainErrors, UnavailableError } from '@wadi/base/errors'
import type { KeyPair } from '@wadi/node-crypto/keys/keyFile'
import { keyPairOfSeed } from '@wadi/node-crypto/keys/keyFile'
import { createPrivateFile, readPrivateFile } from '@wadi/node-crypto/keys/privateFile'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'

const errors = definePlainErrors('stockKeyFile', {
  badText: 'not the key of a validator',
  keyMismatch: 'the halves of the key do not belong together',
})

const SEED_BYTES = 32
const PRIVATE_BYTES = 64
const PUBLIC_TYPE = 'tendermint/PubKeyEd25519'
const PRIVATE_TYPE = 'tendermint/PrivKeyEd25519'

/** The text of the file. */
export function printStockKey({ publicKey, seed }: KeyPair): string {
  const privateKey = concatBytes(seed.reveal(), publicKey)
  const key = {
    address: toHex(validatorAddress(publicKey)).toUpperCase(),
    pub_key: { type: PUBLIC_TYPE, value: toBase64(publicKey) },
    priv_key: { type: PRIVATE_TYPE, value: toBase64(privateKey) },
  }
  return JSON.stringify(key, undefined, 2)
}

/** The key of a text; what else is in it has to be of the same key. */
export function parseStockKey(text: string): KeyPair {
  const found = objectOf(parsed(text))
  const privateKey = keyOf(found['priv_key'], PRIVATE_TYPE)
  if (privateKey.length !== PRIVATE_BYTES) throw errors.badText('another size')
  const pair = keyPairOfSeed(privateKey.slice(0, SEED_BYTES))
  const said = keyOf(found['pub_key'], PUBLIC_TYPE)
  // Signing under another public key than its own would give the seed away.
  const isOwn =
    equalBytes(pair.publicKey, privateKey.subarray(SEED_BYTES)) && equalBytes(pair.publicKey, said)
  privateKey.fill(0)
  if (!isOwn) throw errors.keyMismatch()
  return pair
}

/** Reads the file, which only its owner may read. */
export function loadStockKeyFile(path: string): KeyPair {
  const text = readPrivateFile(path)
  if (text !== undefined) return parseStockKey(text)
  throw new UnavailableError('keyFile.missing', `${path} does not exist: create the key first`)
}

/** Makes the file; one that exists is never replaced. */
export function createStockKeyFile(path: string, pair: KeyPair): void {
  createPrivateFile(path, printStockKey(pair))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What the parser says may have the key in it.
    throw errors.badText('no JSON')
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw errors.badText()
  return { ...value }
}

function keyOf(value: unknown, type: string): Uint8Array {
  const { type: found, value: key } = objectOf(value)
  if (found !== type || typeof key !== 'string') throw errors.badText(`no ${type}`)
  return parseBase64(key)
}
