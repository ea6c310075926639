import { HASH_SIZE, PART_SIZE, PROOF_HASHES_MAX } from '../limits.ts'
import type { Part } from '../types/part.ts'
import type { Proof } from '../types/proof.ts'
import { errors } from './errors.ts'

function checkProof({ total, index, leafHash, aunts }: Proof): void {
  const isGood =
    total >= 0n &&
    index >= 0n &&
    leafHash.length === HASH_SIZE &&
    aunts.length <= PROOF_HASHES_MAX &&
    aunts.every((aunt) => aunt.length === HASH_SIZE)
  if (!isGood) throw errors.badProof()
}

/** Refuses a part that can be of no block. */
export function checkPart({ index, bytes, proof }: Part): void {
  if (bytes.length > PART_SIZE) throw errors.badPartSize(`${bytes.length}`)
  const isLast = BigInt(index) >= proof.total - 1n
  if (!isLast && bytes.length !== PART_SIZE) throw errors.badPartSize(`${bytes.length}`)
  if (proof.index !== BigInt(index)) throw errors.otherPart(`${proof.index}, not ${index}`)
  checkProof(proof)
}
