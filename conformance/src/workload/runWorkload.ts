/** A workload: a recorded chain that a seed has changed, and what has to hold of every chain. */

import { toHex } from '@wadi/base/bytes'
import { type RandomSource, SeededRandom } from '@wadi/base/random'
import { decode } from '@wadi/cbor/codec'
import { eventBodies } from '@wadi/consensus/events'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import * as stakingKeys from '@wadi/consensus/staking/keys'
import type { BlockEvent } from '@wadi/consensus-services/kernel/events'
import { entriesOf, type ReadableState, read } from '@wadi/consensus-services/kernel/state'
import { services } from '@wadi/consensus-services/services'
import { sha256 } from '@wadi/crypto/hash/sha256'
import { PublicKey } from '@wadi/primitives/publicKey'
import { SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import type { RecordedBlock } from '../records.ts'
import { type ReplayedBlock, replayedBlock } from '../replay/recordedHeader.ts'
import { chainOf } from '../replay/replayChain.ts'
import { type Actors, actorsOf } from './actors.ts'
import { happens, pick } from './anyValue.ts'
import { believing } from './belief.ts'
import { type DecidedBlock, decide, failureOf, isAcceptable, propose } from './blocks.ts'
import { type Call, recordedCalls } from './calls.ts'
import { livelyDocument } from './livelyDocument.ts'
import { openApplication } from './openApplication.ts'
import { mixedCalls, transactionsOf } from './script.ts'

/** What a workload is made from. */
export interface WorkloadSource {
  readonly document: GenesisDocument
  readonly blocks: readonly RecordedBlock[]
  readonly seed: bigint
}

/** A block of a workload. */
export interface WorkloadBlock {
  readonly height: bigint
  /** By method: how many transactions there were, and how many succeeded. */
  readonly calls: readonly { readonly method: string; readonly code: number }[]
  /** What does not hold although it should; nothing in a good house. */
  readonly findings: readonly string[]
  /** The end of the chain, if this is it: a reason for which the reference stops, too. */
  readonly stop?: string
  /** Of all roots and results so far. */
  readonly digest: string
}

const ABSENT_ONE_IN = 8
const GUILTY_ONE_IN = 60
const ASKED_ONE_IN = 4
const ACTORS_EVERY = 8n

/** Ends of a chain that transactions and votes may bring about: the reference stops there, too. */
const GOOD_STOPS: readonly RegExp[] = [
  /^scheduler: failed to elect any validators$/,
  /^scheduler: \d+ validators, at least \d+ needed$/,
  /^governance: total voting stake is zero$/,
  /^staking: the threshold for signing rewards overflows/,
  // Weights of fees that were changed to zero while fees waited for them.
  /^quantity: not a quantity: division by zero$/,
]

/** A header like the recorded one: somebody else did not vote, or is found guilty. */
function changedHeader(block: ReplayedBlock, random: RandomSource): ReplayedBlock {
  const lastCommit = block.lastCommit.map((vote) =>
    happens(ABSENT_ONE_IN, random) ? { ...vote, hasSigned: false } : vote,
  )
  const { time, height } = block
  const signers = block.lastCommit.filter(({ hasSigned }) => hasSigned)
  const guilty = happens(GUILTY_ONE_IN, random) ? pick(signers, random) : undefined
  const invented =
    guilty === undefined
      ? []
      : [{ kind: 'duplicate-vote', validator: guilty.validator, height, time } as const]
  return { ...block, lastCommit, misbehaviour: [...block.misbehaviour, ...invented] }
}

function burntIn(events: readonly BlockEvent[]): bigint {
  const { burn } = eventBodies.oasis_event_100_staking
  return events
    .filter(({ type }) => type === 'oasis_event_100_staking')
    .flatMap(({ attributes }) => attributes)
    .filter(({ key }) => key === 'burn')
    .reduce((sum, { value }) => sum + decode(burn, value).amount, 0n)
}

function supplyOf(state: ReadableState): bigint {
  return read(state, stakingKeys.totalSupply) ?? 0n
}

/** Every amount that an account owns. */
function* balancesOf(state: ReadableState): Generator<bigint> {
  for (const [, { general, escrow }] of entriesOf(state, stakingKeys.accounts)) {
    yield general.balance
    for (const { balance, totalShares } of [escrow.active, escrow.debonding]) {
      yield balance
      yield totalShares
    }
  }
}

/** What is wrong with the state after a block. */
function* findingsIn(
  state: ReadableState,
  supplyBefore: bigint,
  { beginEvents, txResults, endResult }: DecidedBlock,
): Generator<string> {
  const events = [...beginEvents, ...txResults.flatMap((result) => result.events)]
  const burnt = burntIn([...events, ...endResult.events])
  const supply = supplyOf(state)
  if (supply !== supplyBefore - burnt)
    yield `the total supply is ${supply} after ${supplyBefore}, of which ${burnt} were burnt`
  for (const balance of balancesOf(state)) if (balance < 0n) yield `a balance is ${balance}`
  for (const { name, violations } of services)
    for (const { invariant, details } of violations(state))
      yield `${name}: ${invariant}: ${details}`
}

function printed(block: DecidedBlock): string {
  const { beginEvents, txResults, endResult, rootHash } = block
  const replacer = (_: string, value: unknown) =>
    typeof value === 'bigint' ? `${value}` : value instanceof Uint8Array ? toHex(value) : value
  return JSON.stringify([beginEvents, txResults, endResult, rootHash], replacer)
}

/** Two applications that run the same blocks: one proposes them, the other is told of them. */
class Workload {
  readonly #random: RandomSource
  readonly #own
  readonly #other
  #actors: Actors | undefined
  readonly #recorded: ReadonlyMap<string, readonly Call[]>
  #digest: string = ''

  constructor({ document, blocks, seed }: WorkloadSource) {
    this.#random = new SeededRandom(seed)
    const calls = blocks.flatMap((record) => {
      return recordedCalls(replayedBlock(record).transactions).calls
    })
    this.#recorded = Map.groupBy(calls, ({ method }) => method)
    // The context stays that of the recorded chain: proofs of randomness were made for it.
    const chain = chainOf(document)
    const credulous = { ...chain, signatures: believing(chain.signatures) }
    const lively = livelyDocument(document, {
      signers: signersOf(document, calls),
      epochs: seed % 2n === 0n ? 'recorded' : 'unproven',
    })
    this.#own = openApplication(lively, credulous)
    this.#other = openApplication(lively, credulous)
  }

  /** The transactions that a block of this workload offers its proposer. */
  #offer(recorded: ReplayedBlock, calls: readonly Call[]): ReplayedBlock {
    const random = this.#random
    const { tree } = this.#own.state
    if (this.#actors === undefined || recorded.height % ACTORS_EVERY === 0n)
      this.#actors = actorsOf(tree)
    const sources = { actors: this.#actors, state: tree, random, recorded: this.#recorded }
    const transactions = transactionsOf(mixedCalls(calls, sources), tree, random)
    return { ...changedHeader(recorded, random), transactions }
  }

  run(recorded: ReplayedBlock): WorkloadBlock {
    const { height } = recorded
    const { calls, proposer } = recordedCalls(recorded.transactions)
    const offered = this.#offer(recorded, calls)
    const supply = supplyOf(this.#own.state.tree)
    const transactions = this.#propose(offered, proposer!)
    if (transactions.length === 0) return this.#ended(offered)
    const block = { ...offered, transactions }
    const findings: string[] = []
    this.#ask(offered)
    if (!isAcceptable(this.#own.application, block)) findings.push('its proposer refuses it')
    const ours = decide(this.#own.application, block)
    if (happens(2, this.#random) && !isAcceptable(this.#other.application, block))
      findings.push('another node refuses it')
    const theirs = printed(decide(this.#other.application, block))
    if (theirs !== printed(ours)) findings.push('another node gets another result')
    findings.push(...findingsIn(this.#own.state.tree, supply, ours))
    this.#digest = toHex(sha256(Buffer.from(this.#digest + theirs)))
    return { height, findings, digest: this.#digest, calls: outcomes(block, ours) }
  }

  /** Has the other node check transactions and estimate their gas, from which it learns nothing. */
  #ask({ transactions }: ReplayedBlock): void {
    const { application } = this.#other
    for (const raw of transactions) {
      if (!happens(ASKED_ONE_IN, this.#random)) continue
      application.checkTx(raw)
      if (application.committed === undefined) continue
      const { untrustedRawValue, signature } = decode(SignedTransaction, raw)
      application.estimateGas(signature.publicKey, decode(Transaction, untrustedRawValue))
    }
  }

  #propose(offered: ReplayedBlock, proposer: Uint8Array): readonly Uint8Array[] {
    try {
      return propose(this.#own.application, offered, proposer)
    } catch (error) {
      if (error instanceof Error && error.name === 'StopForUpgrade') return []
      throw error
    }
  }

  #ended(offered: ReplayedBlock): WorkloadBlock {
    const { height } = offered
    const failure = failureOf(this.#own.application, offered)
    const message = failure instanceof Error ? failure.message : String(failure)
    const isGood =
      (failure instanceof Error && failure.name === 'StopForUpgrade') ||
      GOOD_STOPS.some((stop) => stop.test(message))
    const stack = failure instanceof Error ? failure.stack : ''
    const findings = isGood ? [] : [`no block can be made: ${message} ${stack}`]
    return { height, findings, digest: this.#digest, calls: [], stop: message }
  }
}

/** Everybody who signed one of the calls, or is an entity from the beginning, once. */
function signersOf({ registry }: GenesisDocument, calls: readonly Call[]): readonly PublicKey[] {
  const entities = registry.entities.map((entity) => entity?.signature.publicKey ?? PublicKey.zero)
  const keys = [...entities, ...calls.map(({ signer }) => signer)]
  return [...new Map(keys.map((key) => [toHex(key), key])).values()]
}

function outcomes({ transactions }: ReplayedBlock, { txResults }: DecidedBlock) {
  const { calls } = recordedCalls(transactions)
  return calls.map(({ method }, i) => ({ method, code: txResults[i]!.code }))
}

/** Runs a workload to its end, or until something is found. */
export function* runWorkload(source: WorkloadSource): Generator<WorkloadBlock> {
  const workload = new Workload(source)
  for (const record of source.blocks) {
    const block = workload.run(replayedBlock(record))
    yield block
    if (block.stop !== undefined || block.findings.length > 0) return
  }
}
