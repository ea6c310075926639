/** Headers of a chain that can be believed: each follows from the one that the caller knows. */

import type { Clock } from '@wadi/base/clock'
import { CodedError, isTold } from '@wadi/base/errors'
import type { Timers } from '@wadi/base/timers'
import { addMilliseconds, type Moment } from '@wadi/primitives/moment'
import { decode, encode } from '@wadi/protobuf/codec'
import { oasisDialect } from '@wadi/tendermint/dialect'
import { headerHash } from '@wadi/tendermint/hashing/headerHash'
import { LightClient, type TrustedPoint } from '@wadi/tendermint/light/lightClient'
import { CLOCK_DRIFT_MS, DEFAULT_TRUST_LEVEL } from '@wadi/tendermint/light/lightRules'
import type { LightAnswer, LightRequest, LightTask } from '@wadi/tendermint/light/lightTask'
import { Evidence } from '@wadi/tendermint/types/evidence'
import { LightBlock } from '@wadi/tendermint/types/lightBlock'
import { errors } from './errors.ts'
import { Heads, heightOf } from './heads.ts'
import { HEAD_LAG_MAX, HEIGHTS_BACK_MAX, PROVIDER_TIMEOUT_MS } from './limits.ts'
import type { Provider, Providers } from './providers.ts'

const EPOCH: Moment = { seconds: 0n, nanoseconds: 0 }
const MISSING: LightAnswer = { kind: 'missing' }
const ASKED = { timeoutMs: PROVIDER_TIMEOUT_MS } as const

/** What a chain of headers begins with. */
export interface HeaderChainOptions {
  readonly providers: Providers
  /** As CometBFT names the chain. */
  readonly chainId: string
  readonly trust: TrustedPoint
  readonly trustPeriodMs: number
  readonly clock: Clock
  readonly timers: Timers
}

/** See the top of this file. One thing is verified at a time. */
export class HeaderChain {
  readonly #options: HeaderChainOptions
  readonly #client: LightClient
  readonly #heads: Heads
  /** How far the one who said last that a block is too high is behind it. */
  #lag = 0n
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: HeaderChainOptions) {
    const { providers, chainId, trustPeriodMs, clock } = options
    this.#options = options
    this.#heads = new Heads(providers, clock)
    this.#client = new LightClient({
      chainId,
      providerCount: providers.all.length,
      rules: {
        dialect: oasisDialect,
        trustLevel: DEFAULT_TRUST_LEVEL,
        trustPeriodMs,
        clockDriftMs: CLOCK_DRIFT_MS,
      },
    })
  }

  /** The height of the newest block that is believed; zero before the first question. */
  get height(): bigint {
    return this.#client.trusted.at(-1)?.signedHeader.header.height ?? 0n
  }

  /** The newest block that is believed, to begin with the next time. */
  get newest(): TrustedPoint {
    const newest = this.#client.trusted.at(-1)
    if (newest === undefined) return this.#options.trust
    const { header } = newest.signedHeader
    return { height: header.height, hash: headerHash(header) }
  }

  /** The height of the oldest block that is believed. */
  get oldest(): bigint {
    const [oldest] = this.#client.trusted
    return oldest?.signedHeader.header.height ?? this.#options.trust.height
  }

  /** Blocks before this height are not verified. */
  get lowest(): bigint {
    return this.oldest - HEIGHTS_BACK_MAX
  }

  /** The block of a height. */
  async at(height: bigint): Promise<LightBlock> {
    if (height < this.lowest) throw errors.tooFarBack(`${height}, from ${this.oldest}`)
    return await this.#inTurn(() => this.#client.verifyAt(height, this.#now()))
  }

  /**
   * The newest block that somebody shows and another one confirms, of those that nodes say. Nobody
   * can prove that there is no newer one.
   */
  async latest(): Promise<bigint> {
    const claims = await this.#heads.ask()
    await this.#inTurn(nothing)
    let failure: unknown
    for (const claim of claims) {
      const error = claim.height <= this.height ? undefined : await this.#notShown(claim.height)
      if (error === undefined) {
        this.#heads.shown(this.height)
        return this.height
      }
      failure ??= error
      this.#heads.notShown(claim)
    }
    throw failure
  }

  /** Verifies a block; gives an error if nobody has it. */
  async #notShown(height: bigint): Promise<CodedError | undefined> {
    try {
      await this.at(height)
      return undefined
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      if (error.reason === 'light.noProvider') return error
      // It is of the chain, though nobody else has it: whoever is far behind it stands still.
      if (error.reason === 'light.notConfirmed') this.#heads.shown(height)
      throw error
    }
  }

  #inTurn<Result>(task: () => LightTask<Result>): Promise<Result> {
    const result = this.#turn.then(async () => {
      if (this.#client.trusted.length === 0)
        await this.#run(this.#client.begin(this.#options.trust))
      return this.#run(task())
    })
    this.#turn = result.catch(() => undefined)
    return result
  }

  async #run<Result>(task: LightTask<Result>): Promise<Result> {
    let answer = MISSING
    for (;;) {
      const step = task.next(answer)
      if (step.done === true) return step.value
      answer = await this.#carryOut(step.value)
    }
  }

  async #carryOut(request: LightRequest): Promise<LightAnswer> {
    const { providers, timers } = this.#options
    switch (request.kind) {
      case 'fetch':
        return await this.#fetch(providers.all[request.provider]!, request.height)
      case 'wait':
        // Whoever is so far behind will not come to it in time.
        if (this.#lag > HEAD_LAG_MAX) return MISSING
        await new Promise<void>((resolve) => {
          timers.after(request.ms, resolve)
        })
        return MISSING
      case 'report':
        await report(providers.all[request.provider]!, request.evidence)
        return MISSING
      case 'bad':
        providers.reportBad(request.provider, request.why)
        return MISSING
    }
  }

  async #fetch(provider: Provider, height: bigint): Promise<LightAnswer> {
    try {
      const { meta } = await provider.getLightBlock(height, ASKED)
      return { kind: 'found', block: decode(LightBlock, meta) }
    } catch (error) {
      if (!isTold(error)) throw error
      if (!(error instanceof CodedError)) return MISSING
      const last = await heightOf(provider)
      if (last === undefined || last >= height) return MISSING
      this.#lag = height - last
      return { kind: 'too-high' }
    }
  }

  #now(): Moment {
    return addMilliseconds(EPOCH, Math.floor(this.#options.clock.unixMs()))
  }
}

function* nothing(): LightTask<void> {}

async function report(
  provider: Provider,
  body: Extract<LightRequest, { readonly kind: 'report' }>['evidence'],
): Promise<void> {
  const meta = encode(Evidence, { kind: 'light-client-attack', body })
  try {
    await provider.submitEvidence({ meta }, ASKED)
  } catch (error) {
    // It was told; what it does about it is its own affair.
    if (!isTold(error)) throw error
  }
}
