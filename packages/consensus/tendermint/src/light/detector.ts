/**
 * The second defence of a light client: what the first provider showed is compared with what others
 * have. If both can be verified, somebody signed two blocks, and there is evidence.
 */

import { equalBytes } from '@wadi/base/bytes'
import { compareMoments, type Moment } from '@wadi/primitives/moment'
import type { LightBlock } from '../types/lightBlock.ts'
import { evidenceOfAttack, isSameBlock } from './attack.ts'
import { type Fetched, fetchLightBlock } from './fetchLightBlock.ts'
import { BLOCK_LAG_MS, type LightRules } from './lightRules.ts'
import type { LightTask } from './lightTask.ts'
import { skip } from './skip.ts'

/** What a witness says to a block. */
export type Testimony =
  | { readonly kind: 'same' }
  | { readonly kind: 'conflict'; readonly block: LightBlock }
  /** It has the block with other priorities or another proposer, which are in no header. */
  | { readonly kind: 'other-priorities' }
  /** It has nothing to say. */
  | { readonly kind: 'silent' }
  /** What it says is nonsense, of which it was told. */
  | { readonly kind: 'bad'; readonly why: string }

function timeOf({ signedHeader }: LightBlock): Moment {
  return signedHeader.header.time
}

function heightOf({ signedHeader }: LightBlock): bigint {
  return signedHeader.header.height
}

/** COMPAT(cometbft): there, the proposer is not compared, though it follows from nothing else. */
function hasSamePriorities(
  { validatorSet: a }: LightBlock,
  { validatorSet: b }: LightBlock,
): boolean {
  const [proposer, other] = [a.proposer?.address, b.proposer?.address]
  const isSameProposer =
    proposer === undefined || other === undefined ? proposer === other : equalBytes(proposer, other)
  return (
    isSameProposer &&
    a.validators.every(
      ({ proposerPriority }, i) => proposerPriority === b.validators[i]?.proposerPriority,
    )
  )
}

function testimonyOf(block: LightBlock, witnessed: LightBlock): Testimony {
  if (!isSameBlock(block, witnessed)) return { kind: 'conflict', block: witnessed }
  return hasSamePriorities(block, witnessed) ? { kind: 'same' } : { kind: 'other-priorities' }
}

/** Asks a witness whether it has a block, too. */
export function* askWitness(
  witness: number,
  block: LightBlock,
  rules: LightRules,
): LightTask<Testimony> {
  const { chainId } = block.signedHeader.header
  const found = yield* fetchLightBlock(witness, heightOf(block), chainId)
  switch (found.kind) {
    case 'found':
      return testimonyOf(block, found.block)
    case 'missing':
      return { kind: 'silent' }
    case 'bad':
      return { kind: 'bad', why: found.error.message }
    case 'too-high':
      return yield* askLater(witness, block, rules)
  }
}

/**
 * The witness is behind, or the block is of the future: it is given the time to come to its height.
 * Its last block conflicts if it is not earlier than a block that is higher.
 */
function* askLater(witness: number, block: LightBlock, rules: LightRules): LightTask<Testimony> {
  const first = yield* targetOrLatest(witness, block)
  if (first.kind !== 'found') return { kind: 'silent' }
  const early = testimonyOfLatest(block, first.block)
  if (early !== undefined) return early
  yield { kind: 'wait', ms: 2 * rules.clockDriftMs + BLOCK_LAG_MS }
  const second = yield* targetOrLatest(witness, block)
  if (second.kind === 'bad') return { kind: 'bad', why: second.error.message }
  if (second.kind !== 'found') {
    const why = 'does not say any more what its newest block is'
    yield { kind: 'bad', provider: witness, why }
    return { kind: 'bad', why }
  }
  return testimonyOfLatest(block, second.block) ?? { kind: 'silent' }
}

function testimonyOfLatest(block: LightBlock, latest: LightBlock): Testimony | undefined {
  if (heightOf(latest) === heightOf(block)) return testimonyOf(block, latest)
  const isEarlier = compareMoments(timeOf(latest), timeOf(block)) < 0
  return isEarlier ? undefined : { kind: 'conflict', block: latest }
}

function* targetOrLatest(witness: number, block: LightBlock): LightTask<Fetched> {
  const { chainId, height } = block.signedHeader.header
  const latest = yield* fetchLightBlock(witness, 0n, chainId)
  if (latest.kind !== 'found' || heightOf(latest.block) <= height) return latest
  return yield* fetchLightBlock(witness, height, chainId)
}

/** Where two providers part: what one of them believes up to there, and what the other shows. */
export interface Divergence {
  /** From the last common block to the first that differs. */
  readonly trace: readonly LightBlock[]
  /** The other one's first block that differs. */
  readonly conflicting: LightBlock
}

/** Which provider is examined, what it shows at the end, and what it is measured by. */
export interface Examination {
  readonly provider: number
  /** Its block that differs. */
  readonly target: LightBlock
  /** Blocks of the other one that were verified, from a trusted block on. */
  readonly against: readonly LightBlock[]
}

/**
 * Verifies a provider's blocks at the heights of a trace, until one differs. Undefined if it cannot
 * back up what it shows.
 */
export function* findDivergence(
  { provider, target, against }: Examination,
  rules: LightRules,
  now: Moment,
): LightTask<Divergence | undefined> {
  const [first, ...others] = against
  if (first === undefined || heightOf(target) < heightOf(first)) return undefined
  let believed = yield* sourceBlock(provider, first, target)
  if (believed === undefined || !isSameBlock(believed, first)) return undefined
  let trace: readonly LightBlock[] = [believed]
  for (const conflicting of others) {
    // The trace goes beyond what the provider has: its last block was said not to be earlier.
    const isBeyond = heightOf(conflicting) > heightOf(target)
    if (isBeyond && compareMoments(timeOf(conflicting), timeOf(target)) > 0) return undefined
    const next = isBeyond ? target : yield* sourceBlock(provider, conflicting, target)
    if (next === undefined) return undefined
    if (heightOf(next) !== heightOf(believed)) {
      const journey = { provider, trusted: believed, target: next }
      const arrival = yield* skip(journey, rules, now)
      if (arrival.kind !== 'arrived') return undefined
      trace = arrival.trace
    }
    if (isBeyond || !isSameBlock(next, conflicting)) return { trace, conflicting }
    believed = next
  }
  return undefined
}

function* sourceBlock(
  provider: number,
  at: LightBlock,
  target: LightBlock,
): LightTask<LightBlock | undefined> {
  const { height, chainId } = at.signedHeader.header
  if (height === heightOf(target)) return target
  const found = yield* fetchLightBlock(provider, height, chainId)
  return found.kind === 'found' ? found.block : undefined
}

/** Two who show different blocks. */
export interface Conflict {
  readonly primary: number
  /** What was verified of the primary. */
  readonly primaryTrace: readonly LightBlock[]
  readonly witness: number
  readonly witnessBlock: LightBlock
}

/**
 * Examines both, and tells each what the other did. False if the witness cannot back up its block:
 * then there was no attack, but a bad witness.
 */
export function* exposeAttack(
  { primary, primaryTrace, witness, witnessBlock }: Conflict,
  rules: LightRules,
  now: Moment,
): LightTask<boolean> {
  const ofWitness = yield* findDivergence(
    { provider: witness, target: witnessBlock, against: primaryTrace },
    rules,
    now,
  )
  if (ofWitness === undefined) return false
  yield* reportTo(witness, ofWitness)
  // The witness may be the liar: the primary is examined by what the witness was believed.
  const ofPrimary = yield* findDivergence(
    { provider: primary, target: ofWitness.conflicting, against: ofWitness.trace },
    rules,
    now,
  )
  if (ofPrimary !== undefined) yield* reportTo(primary, ofPrimary)
  return true
}

/** Tells a provider what somebody showed beside what it has itself. */
function* reportTo(provider: number, { trace, conflicting }: Divergence): LightTask<void> {
  const [common, trusted] = [trace[0]!, trace.at(-1)!]
  const evidence = evidenceOfAttack({ conflicting, trusted, common })
  yield { kind: 'report', provider, evidence }
}
