/** Which nonces of one account are on their way, so that none is used twice at a time. */

/** What is known of an account. */
export interface Nonces {
  /** What comes next; nothing if the chain has to be asked. */
  readonly next: bigint | undefined
  /** Given to transactions of which nobody knows yet what becomes of them. */
  readonly inFlight: ReadonlySet<bigint>
}

/** Nothing is known. */
export const UNKNOWN_NONCES: Nonces = { next: undefined, inFlight: new Set() }

/** A nonce, and what is known after it was taken. */
export interface TakenNonce {
  readonly nonce: bigint
  readonly nonces: Nonces
}

/** Takes the next nonce; `onChain` is what the chain says, which counts if nothing is known. */
export function takeNonce({ next, inFlight }: Nonces, onChain: bigint): TakenNonce {
  let nonce = next ?? onChain
  while (inFlight.has(nonce)) nonce++
  return { nonce, nonces: { next: nonce + 1n, inFlight: new Set(inFlight).add(nonce) } }
}

/** The transaction with the nonce is in a block. */
export function settleNonce(nonces: Nonces, nonce: bigint): Nonces {
  return { ...nonces, inFlight: without(nonces.inFlight, nonce) }
}

/** The transaction with the nonce is gone, perhaps because of it: the chain has to be asked. */
export function dropNonce({ inFlight }: Nonces, nonce: bigint): Nonces {
  return { next: undefined, inFlight: without(inFlight, nonce) }
}

function without(set: ReadonlySet<bigint>, item: bigint): ReadonlySet<bigint> {
  return new Set([...set].filter((each) => each !== item))
}
