/**
 * Follows a chain by its headers. It believes one block to begin with, and then whatever enough
 * trusted validators have signed and no witness contradicts.
 *
 * One provider is asked; if it has nothing or lies, a witness takes its place.
 * COMPAT(cometbft): it gives up there if the lie is the very block that is sought.
 */

import { equalBytes } from '@wadi/base/bytes'
import { assert, type CodedError } from '@wadi/base/errors'
import type { Moment } from '@wadi/primitives/moment'
import { verifyCommit, verifyCommitLight } from '../commits/verifyCommit.ts'
import { headerHash } from '../hashing/headerHash.ts'
import type { BlockId } from '../types/blockId.ts'
import type { Commit } from '../types/commit.ts'
import type { LightBlock } from '../types/lightBlock.ts'
import { askWitness, exposeAttack } from './detector.ts'
import { errors } from './errors.ts'
import { fetchLightBlock } from './fetchLightBlock.ts'
import { checkTrustLevel, type LightRules } from './lightRules.ts'
import type { LightTask } from './lightTask.ts'
import { PROVIDER_CHANGES_MAX, TRUSTED_BLOCKS_MAX } from './limits.ts'
import { refusalOf } from './refusalOf.ts'
import { skip } from './skip.ts'
import { verifyBackwards } from './verifyLightBlock.ts'

/** What a light client begins with. */
export interface LightClientOptions {
  readonly chainId: string
  readonly rules: LightRules
  /** At least two: one is asked, the others are witnesses. */
  readonly providerCount: number
  /**
   * Behind a provider that was reported there is somebody else from then on, so none is let go.
   * COMPAT(oasis-core): the same for providers that are peers of libp2p.
   */
  readonly areReplaced?: boolean
}

/** A block that somebody knows to be of the chain. */
export interface TrustedPoint {
  readonly height: bigint
  readonly hash: Uint8Array
}

/** Why a block is not believed, and whether whoever gave it lied. */
interface Refusal {
  readonly error: CodedError
  readonly isLie: boolean
}

/** What a provider shows. */
interface Shown {
  readonly provider: number
  readonly block: LightBlock
}

/** Who says what to a block. */
interface Comparison {
  readonly same: readonly number[]
  /** They have it with other priorities. */
  readonly others: readonly number[]
  readonly conflicts: readonly Shown[]
}

function heightOf({ signedHeader }: LightBlock): bigint {
  return signedHeader.header.height
}

/** See the top of this file. Its methods are tasks: see `lightTask.ts`. */
export class LightClient {
  readonly #chainId: string
  readonly #rules: LightRules
  readonly #areReplaced: boolean
  #primary = 0
  #witnesses: readonly number[]
  /** By height. */
  #trusted: readonly LightBlock[] = []
  /** Blocks of which two have said the same, priorities and all. */
  readonly #confirmed = new WeakSet<LightBlock>()
  /** How often somebody else was asked in the task that is under way. */
  #changes = 0
  /** Why somebody was let go last. */
  #lastWhy: string | undefined

  constructor({ chainId, rules, providerCount, areReplaced = false }: LightClientOptions) {
    checkTrustLevel(rules.trustLevel)
    if (providerCount < 2) throw errors.noWitnesses()
    this.#chainId = chainId
    this.#rules = rules
    this.#areReplaced = areReplaced
    this.#witnesses = Array.from({ length: providerCount - 1 }, (_, i) => i + 1)
  }

  /** Who is asked. */
  get primary(): number {
    return this.#primary
  }

  get witnesses(): readonly number[] {
    return this.#witnesses
  }

  /** The blocks that are believed, by height. */
  get trusted(): readonly LightBlock[] {
    return this.#trusted
  }

  /** Fetches the block that is known to be of the chain. Whoever has another one is a liar. */
  *begin({ height, hash }: TrustedPoint): LightTask<void> {
    this.#changes = 0
    let block = yield* this.#fetch(height)
    for (;;) {
      const error = this.#refusalOfKnown(block, hash)
      if (error === undefined) break
      block = yield* this.#replaceLiar(height, error)
    }
    yield* this.#compareFirst(block)
    this.#keep(block)
  }

  /** Brings back a block that was believed before. */
  restore(block: LightBlock): void {
    this.#keep(block)
  }

  /** Gives the block of a height, verified; throws what is wrong if it cannot be believed. */
  *verifyAt(height: bigint, now: Moment): LightTask<LightBlock> {
    if (height <= 0n) throw errors.noSuchHeight(`${height}`)
    const known = this.#trusted.find((block) => heightOf(block) === height)
    if (known !== undefined) return known
    this.#changes = 0
    const oldest = this.#oldest()
    if (height < heightOf(oldest)) return yield* this.#goBack(oldest, height)
    let block = yield* this.#fetch(height)
    for (;;) {
      const refusal = yield* this.#goForward(block, now)
      if (refusal === undefined) return block
      block = yield* this.#replace(height, refusal)
    }
  }

  /** Verifies the newest block; undefined if there is none beyond those that are believed. */
  *update(now: Moment): LightTask<LightBlock | undefined> {
    this.#changes = 0
    this.#oldest()
    let latest = yield* this.#fetch(0n)
    while (heightOf(latest) > heightOf(this.#trusted.at(-1)!)) {
      const refusal = yield* this.#goForward(latest, now)
      if (refusal === undefined) return latest
      latest = yield* this.#replace(0n, refusal)
    }
    return undefined
  }

  /**
   * Throws unless two have the same as a block that is believed, and forgets it. One that was
   * reached by hashes, or that the caller knew, may have proposer priorities that nobody else has.
   */
  *confirm(block: LightBlock): LightTask<void> {
    if (this.#confirmed.has(block)) return
    // Whoever gave it may be asked no more, so all are asked.
    const all = [this.#primary, ...this.#witnesses]
    const { same, others, conflicts } = yield* this.#compare(block, all)
    for (const { provider } of conflicts)
      yield* this.#accuse(provider, 'shows another block than the chain has')
    if (others.length > 0 || same.length < 2) this.#forget(block)
    if (others.length > 0) yield* this.#dispute(block, same, others)
    this.#checkWitnesses()
    if (same.length < 2) throw errors.notConfirmed(`height ${heightOf(block)}`)
    this.#confirmed.add(block)
  }

  /**
   * Gives a commit of a block that is believed, with the id that the next one names, and of which
   * every signature is right: those beyond two thirds are in no other way certain.
   */
  *wholeCommit(block: LightBlock, blockId: BlockId): LightTask<Commit> {
    const height = heightOf(block)
    const { validatorSet: validators } = block
    const claim = { chainId: this.#chainId, validators, blockId, height }
    let last = errors.noProvider(`height ${height}`)
    for (const provider of [this.#primary, ...this.#witnesses]) {
      const found = yield* fetchLightBlock(provider, height, this.#chainId)
      if (found.kind === 'bad') this.#letGo(provider, found.error.message)
      if (found.kind !== 'found') continue
      const { commit } = found.block.signedHeader
      const error = refusalOf(() => verifyCommit(this.#rules.dialect, claim, commit))
      if (error === undefined) return commit
      yield* this.#accuse(provider, error.message)
      last = error
    }
    throw last
  }

  #refusalOfKnown(block: LightBlock, hash: Uint8Array): CodedError | undefined {
    if (!equalBytes(headerHash(block.signedHeader.header), hash))
      return errors.invalid('another block than the known one')
    return this.#refusalOfCommit(block)
  }

  /** What is wrong with the signatures that two thirds need. */
  #refusalOfCommit({ signedHeader, validatorSet: validators }: LightBlock): CodedError | undefined {
    const { header, commit } = signedHeader
    const claim = {
      chainId: this.#chainId,
      validators,
      blockId: commit.blockId,
      height: header.height,
    }
    return refusalOf(() => verifyCommitLight(this.#rules.dialect, claim, commit))
  }

  #oldest(): LightBlock {
    const [oldest] = this.#trusted
    assert(oldest !== undefined, 'a light client begins with a block')
    return oldest
  }

  #lastBefore(height: bigint): LightBlock {
    const block = this.#trusted.findLast((trusted) => heightOf(trusted) < height)
    assert(block !== undefined, 'there is a trusted block before it')
    return block
  }

  /** Believes a later block, or says why it cannot. */
  *#goForward(target: LightBlock, now: Moment): LightTask<Refusal | undefined> {
    const provider = this.#primary
    const trusted = this.#lastBefore(heightOf(target))
    const arrival = yield* skip({ provider, trusted, target }, this.#rules, now)
    if (arrival.kind !== 'arrived') {
      const { error } = arrival
      // What we trust is too old: nobody else can help.
      if (error.reason === 'light.expired') throw error
      return { error, isLie: arrival.kind === 'refused' }
    }
    yield* this.#detect(arrival.trace, now)
    this.#keep(target)
    this.#confirmed.add(target)
    return undefined
  }

  /** Compares what was verified with what the witnesses have. */
  *#detect(trace: readonly LightBlock[], now: Moment): LightTask<void> {
    this.#checkWitnesses()
    const block = trace.at(-1)!
    const { same, others, conflicts } = yield* this.#compare(block, this.#witnesses)
    for (const { provider: witness, block: witnessBlock } of conflicts) {
      const conflict = { primary: this.#primary, primaryTrace: trace, witness, witnessBlock }
      if (yield* exposeAttack(conflict, this.#rules, now)) throw errors.attack()
      yield* this.#accuse(witness, 'shows a block that nobody can verify')
    }
    if (others.length > 0) yield* this.#dispute(block, [this.#primary, ...same], others)
    this.#checkWitnesses()
    if (same.length === 0) throw errors.notConfirmed(`height ${heightOf(block)}`)
  }

  *#compareFirst(block: LightBlock): LightTask<void> {
    const { same, others, conflicts } = yield* this.#compare(block, this.#witnesses)
    for (const { provider } of conflicts)
      yield* this.#accuse(provider, 'shows another block than the known one')
    if (others.length > 0) yield* this.#dispute(block, [this.#primary, ...same], others)
    this.#checkWitnesses()
  }

  /** Asks providers whether they have a block, too. Whoever says nonsense is let go. */
  *#compare(block: LightBlock, providers: readonly number[]): LightTask<Comparison> {
    const same: number[] = []
    const others: number[] = []
    const conflicts: Shown[] = []
    for (const provider of providers) {
      const testimony = yield* askWitness(provider, block, this.#rules)
      if (testimony.kind === 'same') same.push(provider)
      if (testimony.kind === 'other-priorities') others.push(provider)
      if (testimony.kind === 'conflict') conflicts.push({ provider, block: testimony.block })
      if (testimony.kind === 'bad') this.#letGo(provider, testimony.why)
    }
    return { same, others, conflicts }
  }

  /**
   * Priorities are in no header, so it cannot be seen who is right, and nothing is believed. Those
   * who are fewer are reported; if somebody else answers in their place from then on, all are, lest
   * liars have the honest ones replaced until all agree.
   */
  *#dispute(
    block: LightBlock,
    some: readonly number[],
    others: readonly number[],
  ): LightTask<never> {
    const error = errors.otherPriorities(`height ${heightOf(block)}`)
    const odd = [
      ...(this.#areReplaced || some.length <= others.length ? some : []),
      ...(this.#areReplaced || others.length <= some.length ? others : []),
    ]
    for (const provider of odd) yield { kind: 'bad', provider, why: error.message }
    throw error
  }

  /**
   * Follows the hashes from a trusted block back to an older one. The last one's signatures are
   * verified, too: COMPAT(cometbft): there they are not, though its commit is handed on.
   */
  *#goBack(trusted: LightBlock, height: bigint): LightTask<LightBlock> {
    let believed = trusted
    while (heightOf(believed) > height) {
      const before = heightOf(believed) - 1n
      let block = yield* this.#fetch(before)
      for (;;) {
        const error = this.#refusalBefore(believed, block, before === height)
        if (error === undefined) break
        block = yield* this.#replaceLiar(before, error)
      }
      believed = block
    }
    this.#keep(believed)
    return believed
  }

  #refusalBefore(believed: LightBlock, block: LightBlock, isLast: boolean): CodedError | undefined {
    const { header } = block.signedHeader
    const error = refusalOf(() => verifyBackwards(believed.signedHeader.header, header))
    return error ?? (isLast ? this.#refusalOfCommit(block) : undefined)
  }

  *#fetch(height: bigint): LightTask<LightBlock> {
    const found = yield* fetchLightBlock(this.#primary, height, this.#chainId)
    if (found.kind === 'found') return found.block
    if (found.kind !== 'bad') return yield* this.#replacePrimary(height, 'keep')
    return yield* this.#replacePrimary(height, 'remove', found.error)
  }

  *#replace(height: bigint, { error, isLie }: Refusal): LightTask<LightBlock> {
    if (isLie) return yield* this.#replaceLiar(height, error)
    return yield* this.#replacePrimary(height, 'keep', error)
  }

  /** The one who is asked lied; somebody else is asked for the same. */
  *#replaceLiar(height: bigint, error: CodedError): LightTask<LightBlock> {
    yield { kind: 'bad', provider: this.#primary, why: error.message }
    return yield* this.#replacePrimary(height, 'remove', error)
  }

  /** Makes a witness that has a block the one who is asked; gives the block. */
  *#replacePrimary(
    height: bigint,
    old: 'remove' | 'keep',
    error: CodedError = errors.noProvider(`height ${height}`),
  ): LightTask<LightBlock> {
    if (++this.#changes > PROVIDER_CHANGES_MAX) throw error
    for (const witness of this.#witnesses) {
      const found = yield* fetchLightBlock(witness, height, this.#chainId)
      if (found.kind === 'bad') this.#letGo(witness, found.error.message)
      if (found.kind !== 'found') continue
      if (old === 'remove') this.#lastWhy = error.message
      this.#promote(witness, old)
      this.#checkWitnesses()
      return found.block
    }
    // Nobody has it now; but a liar is not to be the first who is asked the next time.
    if (old === 'remove') this.#letGo(this.#primary, error.message)
    throw errors.noProvider(`height ${height}`)
  }

  #promote(witness: number, old: 'remove' | 'keep'): void {
    const others = this.#witnesses.filter((other) => other !== witness)
    const isKept = old === 'keep' || this.#areReplaced
    this.#witnesses = isKept ? [...others, this.#primary] : others
    this.#primary = witness
  }

  *#accuse(provider: number, why: string): LightTask<void> {
    yield { kind: 'bad', provider, why }
    this.#letGo(provider, why)
  }

  /** Whoever lied is asked no more, if there is nobody else behind it by now. */
  #letGo(provider: number, why: string): void {
    if (this.#areReplaced) return
    this.#lastWhy = why
    if (provider === this.#primary) {
      const [next] = this.#witnesses
      if (next === undefined) throw errors.noWitnesses(why)
      this.#primary = next
      provider = next
    }
    this.#witnesses = this.#witnesses.filter((other) => other !== provider)
  }

  #checkWitnesses(): void {
    if (this.#witnesses.length === 0) throw errors.noWitnesses(this.#lastWhy)
  }

  #keep(block: LightBlock): void {
    const others = this.#trusted.filter((trusted) => heightOf(trusted) !== heightOf(block))
    const place = others.findLastIndex((trusted) => heightOf(trusted) < heightOf(block)) + 1
    const trusted = others.toSpliced(place, 0, block)
    this.#trusted = trusted.slice(Math.max(0, trusted.length - TRUSTED_BLOCKS_MAX))
  }

  #forget(block: LightBlock): void {
    this.#trusted = this.#trusted.filter((trusted) => trusted !== block)
  }
}
