/** Runs light verification with those who have light blocks: asks, waits, and goes on. */

import { CodedError } from '@wadi/base/errors'
import type { Timer, Timers } from '@wadi/base/timers'
import type { LightAnswer, LightRequest, LightTask } from '@wadi/tendermint/light/lightTask'
import type { LightBlockProvider } from './contract.ts'
import { PROVIDER_TIMEOUT_MS } from './limits.ts'

/** How a task ended. */
export type LightOutcome<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'refused'; readonly error: CodedError }

/** See the top of this file. */
export class LightDriver {
  readonly #timers: Timers
  readonly #providers: readonly LightBlockProvider[]
  #timer: Timer | undefined
  #isCancelled = false

  constructor(timers: Timers, providers: readonly LightBlockProvider[]) {
    this.#timers = timers
    this.#providers = providers
  }

  /** Nothing more is asked, and nobody told. */
  cancel(): void {
    this.#isCancelled = true
    this.#timer?.cancel()
  }

  /** Runs a task; `onEnd` hears of its end, at once if nothing has to be asked. */
  run<Result>(task: LightTask<Result>, onEnd: (outcome: LightOutcome<Result>) => void): void {
    const proceed = (answer: LightAnswer): void => {
      const step = stepOf(task, answer)
      if (step.kind === 'asks') this.#carryOut(step.request, proceed)
      else onEnd(step)
    }
    proceed(NOTHING)
  }

  /** Asks a provider; the answer comes once and later, `undefined` if it says nothing. */
  ask<Answer>(
    call: (answer: (found: Answer) => void) => void,
    onAnswer: (found: Answer | undefined) => void,
  ): void {
    let isAnswered = false
    const finish = (found: Answer | undefined): void => {
      if (isAnswered || this.#isCancelled) return
      isAnswered = true
      this.#timer?.cancel()
      // Not in the provider's own call: what goes wrong here is none of its business.
      this.#timer = this.#timers.after(0, () => onAnswer(found))
    }
    this.#timer = this.#timers.after(PROVIDER_TIMEOUT_MS, () => finish(undefined))
    call(finish)
  }

  #carryOut(request: LightRequest, proceed: (answer: LightAnswer) => void): void {
    switch (request.kind) {
      case 'fetch':
        this.ask<LightAnswer>(
          (answer) => this.#providers[request.provider]!.fetchLightBlock(request.height, answer),
          (found) => proceed(found ?? NOTHING),
        )
        break
      case 'wait':
        this.#timer = this.#timers.after(request.ms, () => proceed(NOTHING))
        break
      case 'report':
        this.#providers[request.provider]!.reportEvidence(request.evidence)
        proceed(NOTHING)
        break
      case 'bad':
        this.#providers[request.provider]!.reportBad(request.why)
        proceed(NOTHING)
        break
    }
  }
}

const NOTHING: LightAnswer = { kind: 'missing' }

type TaskStep<Result> =
  | LightOutcome<Result>
  | { readonly kind: 'asks'; readonly request: LightRequest }

function stepOf<Result>(task: LightTask<Result>, answer: LightAnswer): TaskStep<Result> {
  try {
    const next = task.next(answer)
    if (next.done === true) return { kind: 'done', result: next.value }
    return { kind: 'asks', request: next.value }
  } catch (error) {
    if (error instanceof CodedError) return { kind: 'refused', error }
    throw error
  }
}
