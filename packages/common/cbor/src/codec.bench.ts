/** Encoding and decoding a transaction of 100 bytes and its envelope of 255 bytes. */

import { bench, do_not_optimize, run, summary } from 'mitata'
import { decode, encode } from './codec.ts'
import { bytes, bytesOf, text, u64 } from './scalars.ts'
import { optional, struct } from './struct.ts'

const filled = (size: number) => Uint8Array.from({ length: size }, (_, i) => (i * 37 + size) & 255)

const Address = bytesOf('Address', 21)
const PublicKey = bytesOf('PublicKey', 32)
const Signature = bytesOf('Signature', 64)

/** A transfer; its amounts are plain byte strings, as other codecs know no better. */
export const Transaction = struct({
  nonce: u64,
  fee: optional(struct({ amount: bytes, gas: u64 })),
  method: text,
  body: struct({ to: Address, amount: bytes }),
})

/** What is sent: the transaction's bytes under a signature. */
export const Envelope = struct({
  untrustedRawValue: bytes,
  signature: struct({ publicKey: PublicKey, signature: Signature }),
})

export const transaction = {
  nonce: 42n,
  fee: { amount: Uint8Array.of(0x0b, 0xb8), gas: 1256n },
  method: 'staking.Transfer',
  body: { to: Address.check(filled(21)), amount: filled(6) },
}
export const transactionBytes = encode(Transaction, transaction)

export const envelope = {
  untrustedRawValue: transactionBytes,
  signature: { publicKey: PublicKey.check(filled(32)), signature: Signature.check(filled(64)) },
}
export const envelopeBytes = encode(Envelope, envelope)

if (import.meta.main) {
  summary(() => {
    bench('encode a transaction', () => do_not_optimize(encode(Transaction, transaction)))
    bench('decode a transaction', () => do_not_optimize(decode(Transaction, transactionBytes)))
    bench('encode an envelope', () => do_not_optimize(encode(Envelope, envelope)))
    bench('decode an envelope', () => do_not_optimize(decode(Envelope, envelopeBytes)))
  })
  await run()
}
