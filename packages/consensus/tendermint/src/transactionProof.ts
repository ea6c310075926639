/** Proofs that a transaction is in a block, of which the header has the root of all. */

import { decode, encode } from '@wadi/cbor/codec'
import { sha256 } from '@wadi/crypto/hash/sha256'
import { merkleRoot } from './merkle.ts'
import { MerkleProof, merkleProofs, verifyMerkleProof } from './merkleProof.ts'

/** What the header of a block says of its transactions. The items are their hashes. */
export function dataHashOf(transactions: readonly Uint8Array[]): Uint8Array {
  return merkleRoot(transactions.map(sha256))
}

/** An encoded proof for each transaction of a block, in its order. */
export function proveTransactions(transactions: readonly Uint8Array[]): readonly Uint8Array[] {
  return merkleProofs(transactions.map(sha256)).map((proof) => encode(MerkleProof, proof))
}

/** Refuses an encoded proof that does not show the transaction in the block of that data hash. */
export function verifyTransactionProof(
  rawProof: Uint8Array,
  dataHash: Uint8Array,
  transaction: Uint8Array,
): void {
  verifyMerkleProof(decode(MerkleProof, rawProof), dataHash, sha256(transaction))
}
