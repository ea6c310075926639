/** CBOR of a transaction: its body of about 100 bytes and the envelope around it. */

import { equalBytes } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { decode, encode, type Schema } from '@wadi/cbor/codec'
import { bytes, text, u64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { Encoder } from 'cbor-x'
import * as cborg from 'cborg'
import type { Contender, Scenario } from '../src/scenario.ts'

const CBORG = 'cborg'
const REPEATS = 50

const Fee = struct({ gas: u64, amount: bytes })
const Body = struct({ to: bytes, amount: bytes })
const Transaction = struct({ fee: Fee, body: Body, nonce: u64, method: text })
const Signature = struct({ publicKey: bytes, signature: bytes })
const Envelope = struct({ untrustedRawValue: bytes, signature: Signature })

const transaction = {
  fee: { gas: 1_000n, amount: Uint8Array.of(0x07, 0xd0) },
  body: { to: new Uint8Array(21).fill(7), amount: Uint8Array.of(0x3b, 0x9a, 0xca, 0) },
  nonce: 42n,
  method: 'staking.Transfer',
}

const envelope = {
  untrustedRawValue: encode(Transaction, transaction),
  signature: { publicKey: new Uint8Array(32).fill(1), signature: new Uint8Array(64).fill(2) },
}

/** The same value as the other libraries take it: wire names, no schema. */
const looseTransaction = { ...transaction }
const looseEnvelope = {
  untrusted_raw_value: envelope.untrustedRawValue,
  signature: {
    public_key: envelope.signature.publicKey,
    signature: envelope.signature.signature,
  },
}

const strict = { strict: true, rejectDuplicateMapKeys: true, allowIndefinite: false }
const cborx = new Encoder({ useRecords: false, variableMapSize: true, mapsAsObjects: true })

function repeat(work: () => unknown): () => void {
  return () => {
    for (let i = 0; i < REPEATS; i++) work()
  }
}

function contenders(works: Readonly<Record<string, () => unknown>>): readonly Contender[] {
  return Object.entries(works).map(([name, work]) => ({
    name,
    run: repeat(work),
    operations: REPEATS,
  }))
}

function encodeScenario<T>(name: string, schema: Schema<T>, value: T, loose: unknown): Scenario {
  return {
    name: `cbor/encode-${name}`,
    yardstick: CBORG,
    goals: [{ contender: 'wadi', atLeast: 2, times: CBORG }],
    create() {
      assert(equalBytes(encode(schema, value), cborg.encode(loose)), 'cborg encodes alike')
      return contenders({
        cborg: () => cborg.encode(loose),
        wadi: () => encode(schema, value),
        'cbor-x (keys unsorted)': () => cborx.encode(loose),
      })
    },
  }
}

function decodeScenario<T>(name: string, schema: Schema<T>, value: T): Scenario {
  return {
    name: `cbor/decode-${name}`,
    yardstick: CBORG,
    goals: [{ contender: 'wadi', atLeast: 2, times: CBORG }],
    create() {
      const encoded = encode(schema, value)
      assert(equalBytes(encode(schema, decode(schema, encoded)), encoded), 'nothing is lost')
      return contenders({
        cborg: () => cborg.decode(encoded, strict),
        wadi: () => decode(schema, encoded),
        'cbor-x (not strict)': () => cborx.decode(encoded),
      })
    },
  }
}

export const scenarios: readonly Scenario[] = [
  encodeScenario('transaction', Transaction, transaction, looseTransaction),
  decodeScenario('transaction', Transaction, transaction),
  encodeScenario('envelope', Envelope, envelope, looseEnvelope),
  decodeScenario('envelope', Envelope, envelope),
]
