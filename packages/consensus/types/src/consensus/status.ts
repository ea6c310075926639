/** Where a node and its network are, as calls answer it. */

import type { Infer } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { namedInteger } from '@wadi/cbor/mapped'
import { bool, float64, i64, text, time, u8, u64 } from '@wadi/cbor/scalars'
import { named, nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Address } from '@wadi/primitives/address'
import { Epoch } from '@wadi/primitives/epoch'
import { Hash } from '@wadi/primitives/hash'
import { ConsensusAddress } from '@wadi/primitives/nodeAddress'
import { PublicKey } from '@wadi/primitives/publicKey'
import { Version } from '@wadi/primitives/version'
import { grown } from '../api.ts'
import { TreeRoot } from './block.ts'

/** Does a node know the last block? */
export const StatusState = namedInteger(u8, { ready: 0, syncing: 1 })
export type StatusState = Infer<typeof StatusState>

/** What a node can do, in bits. */
export const FEATURES = { services: 1, fullNode: 2, archiveNode: 4 } as const

/** Whom a node knows of those who agree with it. */
export const PeersStatus = struct({
  pubKey: PublicKey,
  peerId: text,
  addresses: nilable(list(ConsensusAddress)),
  peers: nilable(list(text)),
})
export type PeersStatus = Infer<typeof PeersStatus>

/** Where the consensus layer of a node is. */
export const Status = struct({
  status: StatusState,
  version: Version,
  backend: text,
  features: u8,
  latestHeight: i64,
  latestHash: Hash,
  latestTime: time,
  latestEpoch: Epoch,
  latestStateRoot: TreeRoot,
  latestBlockSize: omitEmpty(u64),
  genesisHeight: i64,
  genesisHash: Hash,
  lastRetainedHeight: i64,
  lastRetainedHash: Hash,
  chainContext: text,
  isValidator: bool,
  peers: named('p2p', optional(PeersStatus)),
})
export type Status = Infer<typeof Status>

/** Where a light client is. */
export const LightClientStatus = struct({
  latestHeight: i64,
  latestHash: Hash,
  latestTime: time,
  oldestHeight: i64,
  oldestHash: Hash,
  oldestTime: time,
  peerIds: nilable(list(text)),
})
export type LightClientStatus = Infer<typeof LightClientStatus>

/** Whose vote has come. Zeros if no node is known of the validator. */
export const NextBlockVote = struct({
  nodeId: PublicKey,
  entityId: PublicKey,
  entityAddress: Address,
  votingPower: u64,
})
export type NextBlockVote = Infer<typeof NextBlockVote>

/** Votes of one kind in the round that is on. */
export const NextBlockVotes = struct({
  votingPower: u64,
  ratio: float64,
  votes: grown(NextBlockVote),
})
export type NextBlockVotes = Infer<typeof NextBlockVotes>

/** How far the network is with the next block. */
export const NextBlockState = struct({
  height: i64,
  numValidators: u64,
  votingPower: u64,
  prevotes: NextBlockVotes,
  precommits: NextBlockVotes,
})
export type NextBlockState = Infer<typeof NextBlockState>
