/** A machine in a shell without a world: it answers the machine at once, and remembers. */

import type { Moment } from '@wadi/primitives/moment'
import type { Verified } from '@wadi/primitives/verified'
import type { BlockId } from '../../types/blockId.ts'
import type { Proposal } from '../../types/proposal.ts'
import type { Vote } from '../../types/vote.ts'
import type { DecideEffect, Effect } from '../effect.ts'
import type { Input, RoundStart, Verdict } from '../input.ts'
import type { RoundState } from '../roundState.ts'
import { startRounds, step } from '../step.ts'
import { replacesTimeout, type Timeout } from '../timeouts.ts'
import type { Trace } from '../trace.ts'
import { signed, type TestBlock } from './testChain.ts'

/** How a test's shell answers. */
export interface TestAnswers {
  /** Verdicts on blocks; undefined: the answer does not come. */
  readonly check?: (blockId: BlockId) => Verdict | undefined
  /** The blocks that it makes; undefined: none. */
  readonly make?: (height: bigint, round: number) => TestBlock | undefined
  /** What follows a decision; undefined: the height does not go on. */
  readonly next?: (decided: DecideEffect, state: RoundState) => RoundStart['chain'] | undefined
  /** Does it sign? */
  readonly signs?: (what: Omit<Vote, 'signature'> | Omit<Proposal, 'signature'>) => boolean
  /** In place of the real step: for machines with a bug. */
  readonly step?: typeof step
}

/** A machine with its shell. */
export class TestNode {
  state: RoundState
  now: Moment
  /** Everything that the machine ever wanted. */
  readonly effects: Effect[] = []
  /** Own inputs that others would be sent. */
  readonly sent: Input[] = []
  readonly decided: DecideEffect[] = []
  timeout: Timeout | undefined
  /** Has the one timer not elapsed yet? */
  isTimerSet = false
  private readonly answers: TestAnswers
  private readonly queue: Input[] = []

  constructor(start: RoundStart, now: Moment, answers: TestAnswers = {}) {
    const { state, effects } = startRounds(start, now)
    this.state = state
    this.now = now
    this.answers = answers
    this.carryOut(effects)
  }

  /** Steps through an input, and everything that follows from it here. */
  give(input: Input): void {
    this.queue.push(input)
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      const stepped = (this.answers.step ?? step)(this.state, next, this.now)
      this.state = stepped.state
      this.carryOut(stepped.effects)
    }
  }

  /** The timer elapses. */
  elapse(): void {
    if (!this.isTimerSet || this.timeout === undefined) return
    this.isTimerSet = false
    this.give({ kind: 'timeout', timeout: this.timeout })
  }

  /** Our own votes of a type, in order. */
  votes(type: Vote['type']): readonly Vote[] {
    return this.sent.flatMap((input) =>
      input.kind === 'vote' && input.vote.type === type ? [input.vote] : [],
    )
  }

  /** What the machine told of its life, of one kind. */
  traces<W extends Trace['what']>(what: W): readonly Extract<Trace, { readonly what: W }>[] {
    return this.effects.flatMap((effect) =>
      effect.kind === 'trace' && effect.trace.what === what
        ? [effect.trace as Extract<Trace, { readonly what: W }>]
        : [],
    )
  }

  /** Effects of one kind. */
  wanted<K extends Effect['kind']>(kind: K): readonly Extract<Effect, { readonly kind: K }>[] {
    return this.effects.filter(
      (effect): effect is Extract<Effect, { readonly kind: K }> => effect.kind === kind,
    )
  }

  private carryOut(effects: readonly Effect[]): void {
    this.effects.push(...effects)
    for (const effect of effects) this.queue.push(...this.answer(effect))
  }

  private answer(effect: Effect): readonly Input[] {
    const { answers } = this
    switch (effect.kind) {
      case 'schedule':
        if (replacesTimeout(this.timeout, effect.timeout)) {
          this.timeout = effect.timeout
          this.isTimerSet = true
        }
        return []
      case 'check-block': {
        const { height, candidate } = effect
        const verdict = answers.check ? answers.check(candidate.blockId) : 'valid'
        if (verdict === undefined) return []
        return [{ kind: 'block-checked', height, blockId: candidate.blockId, verdict }]
      }
      case 'make-block': {
        const { height, round } = effect
        const made = answers.make?.(height, round)
        if (made === undefined) return [{ kind: 'failed', what: 'make-block', why: 'test' }]
        return [{ kind: 'block-made', height, round, ...made }]
      }
      case 'sign-vote':
        if (answers.signs?.(effect.vote) === false) {
          return [{ kind: 'failed', what: 'sign-vote', why: 'test' }]
        }
        return this.send([{ kind: 'vote', vote: signed(effect.vote), sender: undefined }])
      case 'sign-proposal': {
        if (answers.signs?.(effect.proposal) === false) {
          return [{ kind: 'failed', what: 'sign-proposal', why: 'test' }]
        }
        const { height, round } = effect.proposal
        const proposal = { ...effect.proposal, signature: new Uint8Array(64) } as Verified<Proposal>
        const place = { height, round, sender: undefined }
        return this.send([
          { kind: 'proposal', proposal, sender: undefined },
          ...effect.parts.map((part) => ({ kind: 'block-part', part, ...place }) as const),
        ])
      }
      case 'decide': {
        this.decided.push(effect)
        const chain = answers.next?.(effect, this.state)
        return chain === undefined ? [] : [{ kind: 'new-height', chain }]
      }
      default:
        return []
    }
  }

  private send(inputs: readonly Input[]): readonly Input[] {
    this.sent.push(...inputs)
    return inputs
  }
}
