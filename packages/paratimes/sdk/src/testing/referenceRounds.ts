/** Rounds that the reference's modules have executed: what was given, and what was answered. */

import { parseHex } from '@wadi/base/bytes'
import { decodeRust, type Infer } from '@wadi/cbor/codec'
import { list, mapOf } from '@wadi/cbor/collections'
import { bytes, text, u32, u64 } from '@wadi/cbor/scalars'
import { arrayStruct, nilable, omitEmpty, struct } from '@wadi/cbor/struct'
import { RoundResults } from '@wadi/consensus/roothash'
import { Address } from '@wadi/primitives/address'
import { Hash } from '@wadi/primitives/hash'
import { value } from '../codec.ts'
import { Parameters as AccountsParameters } from '../modules/accounts/types.ts'
import { Parameters as ConsensusParameters } from '../modules/consensus/types.ts'
import { Parameters as BridgeParameters } from '../modules/consensus-accounts/types.ts'
import { Parameters as CoreParameters } from '../modules/core/types.ts'
import { Parameters as RewardsParameters } from '../modules/rewards/types.ts'
import { Amounts } from '../types/token.ts'

const Pairs = list(arrayStruct({ key: bytes, value: bytes }))

/** What the ParaTime began with. */
const Genesis = struct({
  core: CoreParameters,
  accounts: AccountsParameters,
  balances: mapOf(Address, Amounts),
  supplies: Amounts,
  consensus: ConsensusParameters,
  consensusAccounts: BridgeParameters,
  rewards: RewardsParameters,
})
export type ReferenceGenesis = Infer<typeof Genesis>

/** A batch that was executed or made, transactions that were checked, or a query. */
const Step = struct({
  kind: text,
  round: u64,
  epoch: u64,
  maxMessages: u32,
  results: RoundResults,
  inputs: list(bytes),
  method: text,
  args: bytes,
  consensusHeight: u64,
  consensus: Pairs,
  /** By height. */
  events: mapOf(u64, list(value)),
  states: mapOf(u64, Pairs),
  config: mapOf(text, value),
})
export type ReferenceStep = Infer<typeof Step>

const Failure = struct({
  module: omitEmpty(text),
  code: omitEmpty(u32),
  message: omitEmpty(text),
})

const Answer = struct({
  error: nilable(Failure),
  outputs: list(struct({ output: bytes, tags: Pairs })),
  batch: list(bytes),
  blockTags: Pairs,
  messages: list(value),
  rejected: list(Hash),
  checks: list(value),
  data: bytes,
  root: Hash,
  pairs: Pairs,
})
export type ReferenceAnswer = Infer<typeof Answer>

/** One ParaTime, and what happened to it. */
export interface ReferenceRounds {
  readonly genesis: ReferenceGenesis
  readonly steps: readonly (readonly [ReferenceStep, ReferenceAnswer])[]
}

/** The rounds in a text: the first line is the beginning, then a step and its answer in each. */
export function parseReferenceRounds(lines: string): ReferenceRounds {
  const [first, ...rest] = lines.trim().split('\n')
  const steps = rest.map((line) => {
    const [step, answer] = line.split(' ')
    return [decodeRust(Step, parseHex(step!)), decodeRust(Answer, parseHex(answer!))] as const
  })
  return { genesis: decodeRust(Genesis, parseHex(first!)), steps }
}
