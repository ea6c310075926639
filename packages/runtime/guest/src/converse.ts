/** Gives dry machines what they need of their host. */

import type { Timers } from '@wadi/base/timers'
import type { Conversation, Need } from '@wadi/runtime-keymanager/conversation'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import { errors } from './errors.ts'
import type { HostConnection } from './hostConnection.ts'
import { QUESTIONS_MAX } from './limits.ts'
import { processWorld } from './processWorld.ts'

/** Runs a conversation to its end. */
export async function converse<T>(
  connection: Pick<HostConnection, 'askAny'>,
  conversation: Conversation<T>,
  timers: Timers = processWorld.timers,
): Promise<T> {
  let step = conversation.next()
  for (let asked = 0; !step.done; asked++) {
    if (asked >= QUESTIONS_MAX) {
      step = conversation.throw(errors.tooManyQuestions())
      continue
    }
    const { value: need } = step
    const given = await give(connection, need, timers).then(
      (answer) => () => conversation.next(answer),
      (why: unknown) => () => conversation.throw(why),
    )
    step = given()
  }
  return step.value
}

async function give(
  connection: Pick<HostConnection, 'askAny'>,
  need: Need,
  timers: Timers,
): Promise<Body | undefined> {
  if (need.kind === 'answer') return connection.askAny(need.request)
  await new Promise<void>((resolve) => timers.after(need.milliseconds, resolve))
  return undefined
}
