/** What makes a signature good for one ParaTime of one network, and for transactions only. */

import { toHex, toUtf8 } from '@wadi/base/bytes'
import { sha512Trunc256Parts } from '@wadi/crypto/hash/sha512'
import { contextOf, type SignatureContext } from '@wadi/crypto/signature/context'
import type { Namespace } from '@wadi/primitives/namespace'

/** Which ParaTime of which network: the hash of both, in hexadecimal. */
export function paratimeContext(runtimeId: Namespace, chainContext: string): string {
  return toHex(sha512Trunc256Parts(runtimeId, toUtf8(chainContext)))
}

/** The context of transactions. */
export function transactionContext(runtimeId: Namespace, chainContext: string): SignatureContext {
  const declaration = { base: 'oasis-runtime-sdk/tx: v0', isChainSeparated: true }
  return contextOf(declaration, { chainContext: paratimeContext(runtimeId, chainContext) })
}

/** The text under which the keys of encrypted calls are derived. */
export function callDataContext(runtimeId: Namespace, chainContext: string): Uint8Array {
  const chain = paratimeContext(runtimeId, chainContext)
  return toUtf8(`oasis-runtime-sdk/private: tx for chain ${chain}`)
}
