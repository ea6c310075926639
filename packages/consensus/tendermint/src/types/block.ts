import type { Infer, Schema } from '@wadi/protobuf/codec'
import { mapped } from '@wadi/protobuf/mapped'
import { embedded, field, message, optional, repeated } from '@wadi/protobuf/message'
import { int64, windowBytes } from '@wadi/protobuf/scalars'
import { BlockId } from './blockId.ts'
import { Commit } from './commit.ts'
import { type Evidence, EvidenceList } from './evidence.ts'
import { Header } from './header.ts'

/** The transactions of a block: windows into the bytes that were decoded. */
export const Data = message({ txs: repeated(1, windowBytes) })

const WireBlock = message({
  header: field(1, embedded(Header)),
  data: field(2, embedded(Data)),
  evidence: field(3, embedded(EvidenceList)),
  lastCommit: optional(4, Commit),
})

/** A block. */
export interface Block {
  readonly header: Header
  readonly transactions: readonly Uint8Array[]
  readonly evidence: readonly Evidence[]
  readonly lastCommit: Commit | undefined
}
export const Block: Schema<Block> = mapped(WireBlock, {
  from: ({ header, data, evidence, lastCommit }): Block => ({
    header,
    transactions: data.txs,
    evidence: evidence.evidence,
    lastCommit,
  }),
  to: ({ header, transactions, evidence, lastCommit }) => ({
    header,
    data: { txs: transactions },
    evidence: { evidence },
    lastCommit,
  }),
})

/** What a block store remembers of a block beside its parts. */
export const BlockMeta = message({
  blockId: field(1, embedded(BlockId)),
  blockSize: field(2, int64),
  header: field(3, embedded(Header)),
  txCount: field(4, int64),
})
export type BlockMeta = Infer<typeof BlockMeta>
