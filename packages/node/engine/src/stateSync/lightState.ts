/** Learns the state of the chain at a height from those who have light blocks. */

import { toHex } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import { CodedError } from '@wadi/base/errors'
import type { Timers } from '@wadi/contracts/world'
import type { Moment } from '@wadi/primitives/moment'
import { encode } from '@wadi/protobuf/codec'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { checkConsensusParams } from '@wadi/tendermint/chainState/consensusParams'
import type { SignatureDialect } from '@wadi/tendermint/dialect'
import { LightClient } from '@wadi/tendermint/light/lightClient'
import { CLOCK_DRIFT_MS, DEFAULT_TRUST_LEVEL } from '@wadi/tendermint/light/lightRules'
import type { LightTask } from '@wadi/tendermint/light/lightTask'
import type { Commit } from '@wadi/tendermint/types/commit'
import { ConsensusParams } from '@wadi/tendermint/types/consensusParams'
import type { Header } from '@wadi/tendermint/types/header'
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
    this.#client = new LightClient({ chainId, rules, providerCount: providers.length })
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
    const current = yield* this.#client.verifyAt(height + 1n, this.#now())
    const next = yield* this.#client.verifyAt(height + 2n, this.#now())
    const last = yield* this.#client.verifyAt(height, this.#now())
    return { last, current, next }
  }

  #now(): Moment {
    return nowOf(this.#parts.clock)
  }

  /**
   * The header tells little of the parameters, so everybody is asked, and those whose answer fits
   * the header have to agree.
   */
  #learnParams(
    around: LightBlocksAround,
    onEnd: (outcome: LightOutcome<StateAndCommit>) => void,
  ): void {
    const { providers, config } = this.#parts
    const { header } = around.current.signedHeader
    const waiting = [this.#client.primary, ...this.#client.witnesses]
    const told = new Map<string, ConsensusParams>()
    const finish = (): void => {
      const [params] = told.values()
      if (params === undefined) onEnd({ kind: 'refused', error: errors.noParams() })
      else if (told.size > 1) onEnd({ kind: 'refused', error: errors.otherParams() })
      else {
        const { commit } = around.last.signedHeader
        const chain = stateFromLight(config, around, params)
        onEnd({ kind: 'done', result: { chain, commit } })
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
          if (params !== undefined) told.set(toHex(encode(ConsensusParams, params)), params)
          else if (found !== undefined) provider.reportBad('told parameters that are not those')
          askNext()
        },
      )
    }
    askNext()
  }
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
