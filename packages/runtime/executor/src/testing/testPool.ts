import { toUtf8 } from '@wadi/base/bytes'
import { make } from '@wadi/cbor/codec'
import { TransactionError } from '@wadi/consensus/consensus/api'
import { IncomingMessage } from '@wadi/consensus/roothash/messages'
import type { CheckTxResult } from '@wadi/runtime-protocol/host-protocol/batches'
import type { PoolEffect } from '../pool/effect.ts'
import type { PoolInput } from '../pool/input.ts'
import { DEFAULT_POOL, type PoolConfig, type PoolState, startPool } from '../pool/poolState.ts'
import { stepPool } from '../pool/step.ts'

export const input = (text: string) => toUtf8(text)
/** What a runtime says of a transaction without a sender. */
export const GOOD: CheckTxResult = { error: make(TransactionError, {}), meta: undefined }

/** A pool with what it ever wanted; checks are answered by the test. */
export class TestPool {
  state: PoolState
  effects: PoolEffect[] = []
  nowMs = 0

  constructor(config?: Partial<PoolConfig>) {
    this.state = startPool({ ...DEFAULT_POOL, ...config })
  }

  /** With a block and a runtime; a second after the block. */
  static ready(config?: Partial<PoolConfig>): TestPool {
    const pool = new TestPool(config)
    pool.give({ kind: 'runtime', isReady: true })
    pool.block(1n)
    pool.nowMs = 1_000
    return pool
  }

  block(round: bigint, data: readonly string[] = []): this {
    const inMessages = data.map((text) => make(IncomingMessage, { data: input(text) }))
    this.give({ kind: 'block', round, inMessages, batchSizeBytesMax: 1_000n })
    return this.give({ kind: 'synced', round })
  }

  give(one: PoolInput): this {
    const { state, effects } = stepPool(this.state, one, this.nowMs)
    this.state = state
    this.effects.push(...effects)
    return this
  }

  submit(text: string, options: { ticket?: number; origin?: 'local' | 'remote' } = {}): this {
    return this.give({ kind: 'submit', input: input(text), origin: 'local', ...options })
  }

  check(...results: readonly CheckTxResult[]): this {
    return this.give({ kind: 'checked', id: this.last('check').id, results })
  }

  last<K extends PoolEffect['kind']>(kind: K): Extract<PoolEffect, { kind: K }> {
    return this.all(kind).at(-1)!
  }

  all<K extends PoolEffect['kind']>(kind: K): Extract<PoolEffect, { kind: K }>[] {
    return this.effects.filter((effect): effect is Extract<PoolEffect, { kind: K }> => {
      return effect.kind === kind
    })
  }

  /** What became of each ticket. */
  answers(): string[] {
    return this.all('answer').map(({ ticket, outcome }) => {
      if (outcome.kind === 'accepted') return `${ticket} accepted`
      const { module, code, message } = outcome.error
      const isPlain = outcome.kind === 'not-taken' && module === 'unknown' && code === 1
      return `${ticket} ${isPlain ? message.replace('txpool: ', '') : message}`
    })
  }

  get count(): number {
    return this.state.main.byKey.size
  }
}
