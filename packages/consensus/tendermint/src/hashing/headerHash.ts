import { EMPTY_BYTES } from '@wadi/base/bytes'
import { encode, type Schema } from '@wadi/protobuf/codec'
import { field, message } from '@wadi/protobuf/message'
import { bytes, int64, text } from '@wadi/protobuf/scalars'
import { merkleRoot } from '../merkle.ts'
import { NilableBlockId } from '../types/blockId.ts'
import { ConsensusVersion, type Header } from '../types/header.ts'
import { Timestamp } from '../types/timestamp.ts'

const wrapped = <T>(schema: Schema<T>) => {
  const wrapper = message({ value: field(1, schema) })
  return (value: T): Uint8Array => encode(wrapper, { value })
}
const wrappedText = wrapped(text)
const wrappedInteger = wrapped(int64)
const wrappedBytes = wrapped(bytes)

/**
 * The hash of a block: of its header's fields, each encoded.
 * COMPAT(cometbft): a header without the hash of the validators has none.
 */
export function headerHash(header: Header): Uint8Array {
  if (header.validatorsHash.length === 0) return EMPTY_BYTES
  return merkleRoot([
    encode(ConsensusVersion, header.version),
    wrappedText(header.chainId),
    wrappedInteger(header.height),
    encode(Timestamp, header.time),
    encode(NilableBlockId, header.lastBlockId),
    wrappedBytes(header.lastCommitHash),
    wrappedBytes(header.dataHash),
    wrappedBytes(header.validatorsHash),
    wrappedBytes(header.nextValidatorsHash),
    wrappedBytes(header.consensusHash),
    wrappedBytes(header.appHash),
    wrappedBytes(header.lastResultsHash),
    wrappedBytes(header.evidenceHash),
    wrappedBytes(header.proposerAddress),
  ])
}
