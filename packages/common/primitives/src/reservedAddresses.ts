import { equalBytes, parseHex } from '@wadi/base/bytes'
import { type Address, stakingAddress } from './address.ts'
import { PublicKey } from './publicKey.ts'

/**
 * Keys that nobody holds, whose addresses mean something. Their balances lie under state keys of
 * their own and never in the ledger.
 */
const RESERVED_KEYS = {
  commonPool: '1abe11edc001ffffffffffffffffffffffffffffffffffffffffffffffffffff',
  feeAccumulator: '1abe11edfeeaccffffffffffffffffffffffffffffffffffffffffffffffffff',
  governanceDeposits: '1abe11eddeaccfffffffffffffffffffffffffffffffffffffffffffffffffff',
  // edwards25519_XMD:SHA-512_ELL2_RO_ of RFC 9380 over a message that says what it is.
  burn: '8a4a49afa334bd61da65766d9b2cc8e7c263ba9a446f36e5227f3ec5c0988825',
} as const

function keyOf(hex: string): PublicKey {
  return PublicKey.check(parseHex(hex))
}

/** The keys behind the reserved addresses: no signature by one of them is valid. */
export const RESERVED_PUBLIC_KEYS: readonly PublicKey[] = Object.values(RESERVED_KEYS).map(keyOf)

/** The pool that rewards are paid from. */
export const COMMON_POOL_ADDRESS: Address = stakingAddress(keyOf(RESERVED_KEYS.commonPool))
/** Where the fees of a block are collected. */
export const FEE_ACCUMULATOR_ADDRESS: Address = stakingAddress(keyOf(RESERVED_KEYS.feeAccumulator))
/** Where the deposits of proposals are held. */
export const GOVERNANCE_DEPOSITS_ADDRESS: Address = stakingAddress(
  keyOf(RESERVED_KEYS.governanceDeposits),
)
/** What is sent here is burned. */
export const BURN_ADDRESS: Address = stakingAddress(keyOf(RESERVED_KEYS.burn))

const RESERVED: readonly Address[] = [
  COMMON_POOL_ADDRESS,
  FEE_ACCUMULATOR_ADDRESS,
  GOVERNANCE_DEPOSITS_ADDRESS,
  BURN_ADDRESS,
]

/** May no account have this address? */
export function isReservedAddress(address: Address): boolean {
  return RESERVED.some((reserved) => equalBytes(reserved, address))
}
