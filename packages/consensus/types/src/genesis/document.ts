import { toHex } from '@wadi/base/bytes'
import type { Infer } from '@wadi/cbor/codec'
import { mapOf } from '@wadi/cbor/collections'
import { parseJson, toIndentedJson } from '@wadi/cbor/json'
import { bytes, i64, text } from '@wadi/cbor/scalars'
import { nilable, optional, struct } from '@wadi/cbor/struct'
import { type Hash, hashOf } from '@wadi/primitives/hash'
import { COMET_CHAIN_ID_SIZE_MAX } from '@wadi/primitives/limits'
import { Moment } from '@wadi/primitives/moment'
import { Genesis as BeaconGenesis } from '../beacon/types.ts'
import { Genesis as ConsensusGenesis } from '../consensus/types.ts'
import { Genesis as GovernanceGenesis } from '../governance/types.ts'
import { Genesis as KeymanagerGenesis } from '../keymanager/types.ts'
import { Genesis as RegistryGenesis } from '../registry/types.ts'
import { Genesis as RoothashGenesis } from '../roothash/types.ts'
import { Genesis as SchedulerGenesis } from '../scheduler/types.ts'
import { Genesis as StakingGenesis } from '../staking/types.ts'
import { Genesis as VaultGenesis } from '../vault/types.ts'

/** Where a network begins: the state before its first block, and its parameters. */
export const GenesisDocument = struct({
  /** Of the first block; at least 1. */
  height: i64,
  genesisTime: Moment,
  /** For people. What keeps networks apart is the chain context. */
  chainId: text,
  registry: RegistryGenesis,
  roothash: RoothashGenesis,
  staking: StakingGenesis,
  keymanager: KeymanagerGenesis,
  scheduler: SchedulerGenesis,
  beacon: BeaconGenesis,
  governance: GovernanceGenesis,
  vault: optional(VaultGenesis),
  consensus: ConsensusGenesis,
  // Null and empty give different hashes.
  extraData: nilable(mapOf(text, nilable(bytes))),
})
export type GenesisDocument = Infer<typeof GenesisDocument>

/** Reads a genesis file. Fields that nobody knows are ignored, as in the reference. */
export function parseGenesis(text: string): GenesisDocument {
  return parseJson(GenesisDocument, text)
}

/** The canonical form of a genesis file: two blanks of indent, and a newline at the end. */
export function printGenesis(document: GenesisDocument): string {
  return `${toIndentedJson(GenesisDocument, document)}\n`
}

/** The hash of the document's canonical encoding. */
export function hashOfGenesis(document: GenesisDocument): Hash {
  return hashOf(GenesisDocument, document)
}

/** PERF: a node asks for it five times while it starts, each time over the whole document. */
const contexts = new WeakMap<GenesisDocument, string>()

/** The text that keeps the signatures of one network from being valid on another. */
export function chainContextOf(document: GenesisDocument): string {
  let context = contexts.get(document)
  if (context === undefined) {
    context = toHex(hashOfGenesis(document))
    contexts.set(document, context)
  }
  return context
}

/** The network's name for CometBFT: the first characters of the chain context. */
export function cometChainId(chainContext: string): string {
  return chainContext.slice(0, COMET_CHAIN_ID_SIZE_MAX)
}
