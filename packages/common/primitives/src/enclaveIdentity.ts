import { concatBytes, parseBase64, parseHex, toBase64, toHex } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import type { Infer } from '@wadi/cbor/codec'
import { mapped } from '@wadi/cbor/mapped'
import { bytesOf, type FixedBytes } from '@wadi/cbor/scalars'
import type { Schema } from '@wadi/cbor/schema'
import { struct } from '@wadi/cbor/struct'

/** Bytes and texts that are no identity. */
export const errors = definePlainErrors('enclaveIdentity', {
  malformed: 'malformed enclave identity',
})

/** The measurement of an enclave's code. */
export type MrEnclave = FixedBytes<'MrEnclave'>
export const MrEnclave = bytesOf('MrEnclave', 32)

/** The hash of the key that signed an enclave. */
export type MrSigner = FixedBytes<'MrSigner'>
export const MrSigner = bytesOf('MrSigner', 32)

const Pair = struct({ mrEnclave: MrEnclave, mrSigner: MrSigner })

/** Which enclave it is: its code and its signer. As a map key it is a map itself. */
export type EnclaveIdentity = Infer<typeof Pair>

function split(bytes: Uint8Array): EnclaveIdentity {
  if (bytes.length !== 64) throw errors.malformed(`${bytes.length} bytes`)
  return {
    mrEnclave: MrEnclave.check(bytes.slice(0, 32)),
    mrSigner: MrSigner.check(bytes.slice(32)),
  }
}

function join({ mrEnclave, mrSigner }: EnclaveIdentity): Uint8Array {
  return concatBytes(mrEnclave, mrSigner)
}

export const EnclaveIdentity: Schema<EnclaveIdentity> = mapped(Pair, {
  name: 'EnclaveIdentity',
  from: (pair) => pair,
  to: (pair) => pair,
  jsonForm: {
    print: (identity) => toBase64(join(identity)),
    parse: (text) => split(parseBase64(text)),
  },
})

/** Hexadecimal text, code first: as operators write it. */
export function printEnclaveIdentity(identity: EnclaveIdentity): string {
  return toHex(join(identity))
}

/** The identity of a hexadecimal text. */
export function parseEnclaveIdentity(text: string): EnclaveIdentity {
  return split(parseHex(text))
}
