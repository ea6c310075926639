/**
 * Follows a chain by its headers. It believes one block to begin with, and then whatever enough
 * trusted validators have signed and no witness contradicts.
 *
 * One provider is asked; if it has nothing or lies, a witness takes its place.
 */

import { equalBytes } from '@wadi/base/bytes'
import { assert, type CodedError } from '@wadi/base/errors'
import type { Moment } from '@wadi/primitives/moment'
import { verifyCommitLight } from '../commits/verifyCommit.ts'
import { headerHash } from '../hashing/headerHash.ts'
import type { LightBlock } from '../types/lightBlock.ts'
import { isSameBlock } from './attack.ts'
import { askWitness, exposeAttack } from './detector.ts'
import { errors } from './errors.ts'
import { fetchLightBlock } from './fetchLightBlock.ts'
import { checkTrustLevel, type LightRules } from './lightRules.ts'
import type { LightTask } from './lightTask.ts'
import { TRUSTED_BLOCKS_MAX } from './limits.ts'
import { refusalOf } from './refusalOf.ts'
import { skip } from './skip.ts'
import { verifyBackwards } from './verifyLightBlock.ts'

/** What a light client begins with. */
export interface LightClientOptions {
  readonly chainId: string
  readonly rules: LightRules
  /** At least two: one is asked, the others are witnesses. */
  readonly providerCount: number
}

/** A block that somebody knows to be of the chain. */
export interface TrustedPoint {
  readonly height: bigint
  readonly hash: Uint8Array
}

function heightOf({ signedHeader }: LightBlock): bigint {
  return signedHeader.header.height
}

/** See the top of this file. Its methods are tasks: see `lightTask.ts`. */
export class LightClient {
  readonly #chainId: string
  readonly #rules: LightRules
  #primary = 0
  #witnesses: readonly number[]
  /** By height. */
  #trusted: readonly LightBlock[] = []

  constructor({ chainId, rules, providerCount }: LightClientOptions) {
    checkTrustLevel(rules.trustLevel)
    if (providerCount < 2) throw errors.noWitnesses()
    this.#chainId = chainId
    this.#rules = rules
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
    let block = yield* this.#fetch(height)
    while (!equalBytes(headerHash(block.signedHeader.header), hash)) {
      yield { kind: 'bad', provider: this.#primary, why: 'shows another block than the known one' }
      block = yield* this.#replacePrimary(height, 'remove')
    }
    const { commit } = block.signedHeader
    const { validatorSet: validators } = block
    const claim = { chainId: this.#chainId, validators, blockId: commit.blockId, height }
    verifyCommitLight(this.#rules.dialect, claim, commit)
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
    const block = yield* this.#fetch(height)
    yield* this.#verify(block, now)
    return block
  }

  /** Verifies the newest block; undefined if there is none beyond those that are believed. */
  *update(now: Moment): LightTask<LightBlock | undefined> {
    const latest = yield* this.#fetch(0n)
    const newest = this.#trusted.at(-1)
    if (newest !== undefined && heightOf(latest) <= heightOf(newest)) return undefined
    yield* this.#verify(latest, now)
    return latest
  }

  *#verify(block: LightBlock, now: Moment): LightTask<void> {
    const [oldest] = this.#trusted
    assert(oldest !== undefined, 'a light client begins with a block')
    if (heightOf(block) < heightOf(oldest)) yield* this.#goBack(oldest, block)
    else yield* this.#goForward(this.#lastBefore(heightOf(block)), block, now)
    this.#keep(block)
  }

  #lastBefore(height: bigint): LightBlock {
    const block = this.#trusted.findLast((trusted) => heightOf(trusted) < height)
    assert(block !== undefined, 'there is a trusted block before it')
    return block
  }

  *#goForward(trusted: LightBlock, target: LightBlock, now: Moment): LightTask<void> {
    for (;;) {
      const provider = this.#primary
      const arrival = yield* skip({ provider, trusted, target }, this.#rules, now)
      if (arrival.kind === 'arrived') return yield* this.#detect(arrival.trace, now)
      const isInBetween = arrival.kind === 'refused' && arrival.height !== heightOf(target)
      if (!isInBetween) throw arrival.error
      yield* this.#replaceLiar(target, arrival.error)
    }
  }

  /** Compares what was verified with what the witnesses have. */
  *#detect(trace: readonly LightBlock[], now: Moment): LightTask<void> {
    if (this.#witnesses.length === 0) throw errors.noWitnesses()
    const block = trace.at(-1)!
    let isConfirmed = false
    for (const witness of this.#witnesses) {
      const testimony = yield* askWitness(witness, block, this.#rules)
      if (testimony.kind === 'same') isConfirmed = true
      if (testimony.kind === 'other-priorities') throw errors.otherPriorities()
      if (testimony.kind === 'bad') this.#removeWitness(witness)
      if (testimony.kind === 'conflict') {
        const conflict = {
          primary: this.#primary,
          primaryTrace: trace,
          witness,
          witnessBlock: testimony.block,
        }
        if (yield* exposeAttack(conflict, this.#rules, now)) throw errors.attack()
        yield { kind: 'bad', provider: witness, why: 'shows a block that nobody can verify' }
        this.#removeWitness(witness)
      }
    }
    if (this.#witnesses.length === 0) throw errors.noWitnesses()
    if (!isConfirmed) throw errors.notConfirmed(`height ${heightOf(block)}`)
  }

  *#compareFirst(block: LightBlock): LightTask<void> {
    for (const witness of this.#witnesses) {
      const testimony = yield* askWitness(witness, block, this.#rules)
      if (testimony.kind === 'other-priorities') throw errors.otherPriorities()
      if (testimony.kind === 'conflict')
        yield { kind: 'bad', provider: witness, why: 'shows another block than the known one' }
      if (testimony.kind === 'conflict' || testimony.kind === 'bad') this.#removeWitness(witness)
    }
    if (this.#witnesses.length === 0) throw errors.noWitnesses()
  }

  /** Follows the hashes from a trusted block back to an older one. */
  *#goBack(trusted: LightBlock, target: LightBlock): LightTask<void> {
    let believed = trusted.signedHeader.header
    while (believed.height > heightOf(target)) {
      const height = believed.height - 1n
      const block = height === heightOf(target) ? target : yield* this.#fetch(height)
      const { header } = block.signedHeader
      const error = refusalOf(() => verifyBackwards(believed, header))
      if (error === undefined) believed = header
      else yield* this.#replaceLiar(target, error)
    }
  }

  /** The one who is asked lied on the way; somebody else has to have the same target. */
  *#replaceLiar(target: LightBlock, error: CodedError): LightTask<void> {
    yield { kind: 'bad', provider: this.#primary, why: error.message }
    const replacement = yield* this.#replacePrimary(heightOf(target), 'remove')
    if (!isSameBlock(replacement, target)) throw error
  }

  *#fetch(height: bigint): LightTask<LightBlock> {
    const found = yield* fetchLightBlock(this.#primary, height, this.#chainId)
    if (found.kind === 'found') return found.block
    return yield* this.#replacePrimary(height, found.kind === 'bad' ? 'remove' : 'keep')
  }

  /** Makes a witness that has a block the one who is asked; gives the block. */
  *#replacePrimary(height: bigint, old: 'remove' | 'keep'): LightTask<LightBlock> {
    for (const witness of this.#witnesses) {
      const found = yield* fetchLightBlock(witness, height, this.#chainId)
      if (found.kind === 'bad') this.#removeWitness(witness)
      if (found.kind !== 'found') continue
      this.#removeWitness(witness)
      if (old === 'keep') this.#witnesses = [...this.#witnesses, this.#primary]
      this.#primary = witness
      if (this.#witnesses.length === 0) throw errors.noWitnesses()
      return found.block
    }
    throw errors.noProvider(`height ${height}`)
  }

  #removeWitness(witness: number): void {
    this.#witnesses = this.#witnesses.filter((other) => other !== witness)
  }

  #keep(block: LightBlock): void {
    const others = this.#trusted.filter((trusted) => heightOf(trusted) !== heightOf(block))
    const place = others.findLastIndex((trusted) => heightOf(trusted) < heightOf(block)) + 1
    const trusted = others.toSpliced(place, 0, block)
    this.#trusted = trusted.slice(Math.max(0, trusted.length - TRUSTED_BLOCKS_MAX))
  }
}
