/**
 * Following a chain without missing anything: every height in order, whatever happens to the
 * connection in between. Only a number is kept, so whoever is slow costs nothing and loses nothing,
 * and can go on later from the height that it had.
 */

import { CodedError, UnavailableError } from '@wadi/base/errors'
import type { Timers } from '@wadi/base/timers'
import { statusError } from '@wadi/grpc/status'
import type { NodeClient } from '../nodeClient.ts'
import { webTimers } from '../webWorld.ts'
import { RETRIES_MAX, RETRY_MS_MAX, RETRY_MS_MIN } from './limits.ts'

/** From where, and how long. */
export interface FollowOptions {
  /** The first height; the one after the last unless told otherwise. */
  readonly from?: bigint
  readonly signal?: AbortSignal
  readonly timers?: Timers
}

/** The parts of a client that are asked. */
export type FollowDesk = Pick<NodeClient, 'consensus'>

/** A stream that was ended because it was not read, or a node that is away for a while. */
function isPassing(error: unknown, signal: AbortSignal | undefined): boolean {
  if (signal?.aborted === true) return false
  if (error instanceof UnavailableError) return true
  return error instanceof CodedError && error.reason === 'grpc.resourceExhausted'
}

/** The last height, now and whenever it changes, until the stream ends. */
async function* lastHeights(
  { consensus }: FollowDesk,
  signal: AbortSignal | undefined,
): AsyncGenerator<bigint> {
  const asked = signal === undefined ? {} : { signal }
  const watch = consensus.watchBlocks(undefined, asked)
  try {
    yield await consensus.getLatestHeight(undefined, asked)
    for await (const { height } of watch) yield height
  } finally {
    await watch.return?.()
  }
}

function checkWanted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw statusError('canceled', 'the caller canceled the call')
}

/** Waits until a node is asked again that was lost so many times in a row before. */
async function pause(
  lost: number,
  { signal, timers = webTimers }: Omit<FollowOptions, 'from'>,
): Promise<void> {
  checkWanted(signal)
  await new Promise<void>((resolve) => {
    timers.after(Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** lost), resolve)
  })
  checkWanted(signal)
}

/** Every height of the chain. Ends with an error when it is aborted, or the node stays away. */
export async function* followHeights(
  client: FollowDesk,
  { from, ...options }: FollowOptions = {},
): AsyncGenerator<bigint> {
  const { signal } = options
  let next = from
  for (let lost = 0; ; lost++) {
    try {
      for await (const last of lastHeights(client, signal)) {
        next ??= last + 1n
        while (next <= last) {
          yield next
          next++
        }
        lost = 0
      }
    } catch (error) {
      if (!isPassing(error, signal) || lost >= RETRIES_MAX) throw error
    }
    await pause(lost, options)
  }
}

/** Asks for the events of a height: `client.staking.getEvents`. */
export type EventsAt<E> = (height: bigint) => Promise<readonly E[]>

/** The events of a height, from a node that may be lost in between. */
async function eventsOf<E>(
  eventsAt: EventsAt<E>,
  height: bigint,
  options: FollowOptions,
): Promise<readonly E[]> {
  for (let lost = 0; ; lost++) {
    try {
      return await eventsAt(height)
    } catch (error) {
      if (!isPassing(error, options.signal) || lost >= RETRIES_MAX) throw error
    }
    await pause(lost, options)
  }
}

/** Every event of a service, in order: the events of one block at a time are kept. */
export async function* followEvents<E>(
  client: FollowDesk,
  eventsAt: EventsAt<E>,
  options: FollowOptions = {},
): AsyncGenerator<E> {
  for await (const height of followHeights(client, options))
    yield* await eventsOf(eventsAt, height, options)
}
