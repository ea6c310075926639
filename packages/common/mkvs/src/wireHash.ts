/** Hashes and namespaces on the wire: exactly 32 bytes, but plain byte strings to our callers. */

import type { Schema } from '@wadi/cbor/schema'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'

/** A hash. Another length is an error, as everywhere. */
export const WireHash: Schema<Uint8Array> = Hash
/** A namespace. */
export const WireNamespace: Schema<Uint8Array> = Namespace
