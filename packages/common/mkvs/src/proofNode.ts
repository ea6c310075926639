/** Nodes of a verified proof. */

/** A node of a verified proof; undefined is a missing child, `hash` one that is not included. */
export type ProofNode = ProofLeaf | ProofInternal | ProofHash | undefined

export interface ProofLeaf {
  readonly kind: 'leaf'
  readonly key: Uint8Array
  readonly value: Uint8Array
  readonly hash: Uint8Array
}

export interface ProofInternal {
  readonly kind: 'internal'
  readonly labelBits: number
  readonly label: Uint8Array
  readonly leaf: ProofNode
  readonly left: ProofNode
  readonly right: ProofNode
  readonly hash: Uint8Array
}

export interface ProofHash {
  readonly kind: 'hash'
  readonly hash: Uint8Array
}

/** A proof that leads to the hash it was checked against. */
export interface VerifiedProof {
  readonly root: Uint8Array
  readonly node: ProofNode
}
