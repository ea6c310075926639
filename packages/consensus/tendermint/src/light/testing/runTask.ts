/** Answers what light verification asks for, from chains that are at hand. */

import type { LightClientAttackEvidence } from '../../types/evidence.ts'
import type { LightAnswer, LightRequest, LightTask } from '../lightTask.ts'
import type { LightChain } from './lightChain.ts'

/** Who answers: a chain, nobody, or as the test likes. */
export type TestProvider = LightChain | 'nobody' | ((height: bigint) => LightAnswer)

/** What was said on the way. */
export interface TaskLog {
  readonly fetched: { readonly provider: number; readonly height: bigint }[]
  readonly reports: { readonly provider: number; readonly evidence: LightClientAttackEvidence }[]
  readonly bad: number[]
  waitedMs: number
}

export function newTaskLog(): TaskLog {
  return { fetched: [], reports: [], bad: [], waitedMs: 0 }
}

function answerOf(provider: TestProvider, height: bigint): LightAnswer {
  if (provider === 'nobody') return { kind: 'missing' }
  if (typeof provider === 'function') return provider(height)
  if (height > provider.last) return { kind: 'too-high' }
  return { kind: 'found', block: provider.at(height === 0n ? provider.last : height) }
}

/** Runs a task to its end. */
export function runTask<Result>(
  task: LightTask<Result>,
  providers: readonly TestProvider[],
  log: TaskLog = newTaskLog(),
): Result {
  let answer: LightAnswer = { kind: 'missing' }
  for (;;) {
    const next = task.next(answer)
    if (next.done === true) return next.value
    answer = answerRequest(next.value, providers, log)
  }
}

function answerRequest(
  request: LightRequest,
  providers: readonly TestProvider[],
  log: TaskLog,
): LightAnswer {
  switch (request.kind) {
    case 'fetch': {
      const { provider, height } = request
      log.fetched.push({ provider, height })
      return answerOf(providers[provider]!, height)
    }
    case 'wait':
      log.waitedMs += request.ms
      break
    case 'report':
      log.reports.push({ provider: request.provider, evidence: request.evidence })
      break
    case 'bad':
      log.bad.push(request.provider)
      break
  }
  return { kind: 'missing' }
}
