/** Learns the state of the chain at a height from those who have light blocks. */

import { toHex } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import { CodedError } from '@wadi/base/errors'
import type { Timers } from '@wadi/base/timers'
import type { Moment } from '@wadi/primitives/moment'
import { encode } from '@wadi/protobuf/codec'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { checkConsensusParams } from '@wadi/tendermint/chainState/consensusParams'
import type { SignatureDialect } from '@wadi/tendermint/dialect'
import { LightClient } from '@wadi/tendermint/light/lightClient'
import { CLOCK_DRIFT_MS, DEFAULT_TRUST_LEVEL } from '@wadi/tendermint/light/lightRules'
import type { LightTask } from '@wadi/tendermint/light/lightTask'
import { verifyBackwards } from '@wadi/tendermint/light/verifyLightBlock'
import type { Commit } from '@wadi/tendermint/types/commit'
import { ConsensusParams } from '@wadi/tendermint/types/consensusParams'
import type { Header } from '@wadi/tendermint/types/header'
import type { LightBlock } from '@wadi/tendermint/types/lightBlock'
import { nowOf } from '../nowOf.ts'
import type { LightBlockProvider, StateSyncConfig } from './contract.ts'
import { errors } from './errors.ts'
import { LightDriver, type LightOutcome } from './lightDriver.ts'
import { type LightBlocksAround, paramsOfHeader, stateFromLight } from './stateFromLight.ts'

/** What learning needs. */
export interface LightStateParts {
  readonly clock: Clock
  readonly timers: Timers
  readonly dialect: SignatureDialect
  readonly config: StateSyncConfig
  readonly providers: readonly LightBlockProvider[]
}

/** The state after a block, and the commit that decided it. */
export interface StateAndCommit {
  readonly chain: ChainState
  readonly commit: Commit
}

/** See the top of this file. One thing is learnt at a time. */
export class LightState {
  /** There may be others to ask the next time. */
  readonly areReplaced: boolean
  readonly #parts: LightStateParts
  readonly #client: LightClient
  readonly #driver: LightDriver

  constructor(parts: LightStateParts) {
    const { config, providers, dialect, timers } = parts
    const { chainId, trustPeriodMs } = config
    this.#parts = parts
    this.#driver = new LightDriver(timers, providers)
    const rules = {
      dialect,
      trustLevel: DEFAULT_TRUST_LEVEL,
      trustPeriodMs,
      clockDriftMs: CLOCK_DRIFT_MS,
    }
    const providerCount = providers.length
    this.areReplaced = providers.every(({ isReplaced }) => isReplaced === true)
    this.#client = new LightClient({
      chainId,
      rules,
      providerCount,
      areReplaced: this.areReplaced,
    })
  }

  cancel(): void {
    this.#driver.cancel()
  }

  /** Learns how high the chain is. */
  learnHeight(onEnd: (outcome: LightOutcome<bigint>) => void): void {
    this.#driver.run(this.#height(), onEnd)
  }

  /** Learns the state after the block of a height. */
  learnState(height: bigint, onEnd: (outcome: LightOutcome<StateAndCommit>) => void): void {
    this.#driver.run(this.#around(height), (outcome) => {
      if (outcome.kind !== 'done') onEnd(outcome)
      else this.#learnParams(outcome.result, onEnd)
    })
  }

  *#height(): LightTask<bigint> {
    yield* this.#begin()
    yield* this.#client.update(this.#now())
    return this.#client.trusted.at(-1)!.signedHeader.header.height
  }

  *#begin(): LightTask<void> {
    const { trustHeight: height, trustHash: hash } = this.#parts.config
    if (this.#client.trusted.length === 0) yield* this.#client.begin({ height, hash })
  }

  *#around(height: bigint): LightTask<LightBlocksAround> {
    yield* this.#begin()
    const current = yield* this.#confirmed(height + 1n)
    const next = yield* this.#confirmed(height + 2n)
    const last = yield* this.#confirmed(height)
    const { header } = current.signedHeader
    verifyBackwards(header, last.signedHeader.header)
    // COMPAT(cometbft): there the commit and its id are whatever one provider says.
    const commit = yield* this.#client.wholeCommit(last, header.lastBlockId!)
    return { last, current, next, commit }
  }

  *#confirmed(height: bigint): LightTask<LightBlock> {
    const block = yield* this.#client.verifyAt(height, this.#now())
    yield* this.#client.confirm(block)
    return block
  }

  #now(): Moment {
    return nowOf(this.#parts.clock)
  }

  /**
   * The header tells little of the parameters, so everybody is asked, and those whose answer fits
   * the header have to agree: it cannot be seen who is right. Who is of another opinion than most
   * is reported; all are, if others answer in their place the next time.
   */
  #learnParams(
    around: LightBlocksAround,
    onEnd: (outcome: LightOutcome<StateAndCommit>) => void,
  ): void {
    const { providers, config } = this.#parts
    const { header } = around.current.signedHeader
    const waiting = [this.#client.primary, ...this.#client.witnesses]
    const told = new Map<string, Told>()
    const finish = (): void => {
      const [first, ...others] = told.values()
      if (first === undefined) onEnd({ kind: 'refused', error: errors.noParams() })
      else if (others.length > 0) {
        const error = errors.otherParams(`height ${header.height}`)
        for (const provider of this.#suspects([first, ...others])) provider.reportBad(error.message)
        onEnd({ kind: 'refused', error })
      } else {
        const chain = stateFromLight(config, around, first.params)
        onEnd({ kind: 'done', result: { chain, commit: around.commit } })
      }
    }
    const askNext = (): void => {
      const provider = providers[waiting.shift() ?? -1]
      if (provider === undefined) {
        finish()
        return
      }
      this.#driver.ask<ConsensusParams | undefined>(
        (answer) => provider.fetchParams(header.height, answer),
        (found) => {
          const params = found && possibleParams(found, header)
          if (params !== undefined) {
            const key = toHex(encode(ConsensusParams, params))
            const by = [...(told.get(key)?.by ?? []), provider]
            told.set(key, { params, by })
          } else if (found !== undefined) provider.reportBad('told parameters that are not those')
          askNext()
        },
      )
    }
    askNext()
  }

  /** Those whom fewer agree with than with others; all, if no opinion has the most. */
  #suspects(opinions: readonly Told[]): readonly LightBlockProvider[] {
    const most = Math.max(...opinions.map(({ by }) => by.length))
    const largest = opinions.filter(({ by }) => by.length === most)
    const right = largest.length === 1 && !this.areReplaced ? largest[0] : undefined
    return opinions.flatMap((told) => (told === right ? [] : told.by))
  }
}

/** Parameters, and who tells them. */
interface Told {
  readonly params: ConsensusParams
  readonly by: readonly LightBlockProvider[]
}

function possibleParams(params: ConsensusParams, header: Header): ConsensusParams | undefined {
  try {
    checkConsensusParams(params)
    return paramsOfHeader(params, header)
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}
