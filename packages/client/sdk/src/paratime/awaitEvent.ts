/** Waiting for what a ParaTime tells in a later round: results of messages come in the next one. */

import { equalBytes } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import { decodeRust } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import type { EventKind } from '@wadi/paratime-sdk/events'
import { LAST_ROUND, type ParatimeDesk } from './paratimeQueries.ts'

/** What is waited for. */
export interface AwaitedEvent<T> {
  readonly kind: EventKind<T>
  /** The first round in which it may be. */
  readonly from: bigint
  isIt(event: T): boolean
}

/** A thing that was told, and where. */
export interface FoundEvent<T> {
  readonly round: bigint
  readonly event: T
}

/** The first event that is it. Aborting ends the wait. */
export async function awaitEvent<T>(
  { client, runtimeId }: ParatimeDesk,
  { kind, from, isIt }: AwaitedEvent<T>,
  signal?: AbortSignal,
): Promise<FoundEvent<T>> {
  let round = from
  for await (const { block } of client.runtimeClient.watchBlocks(runtimeId, {
    ...(signal && { signal }),
  })) {
    for (; round <= block.header.round && round < LAST_ROUND; round++) {
      const events = await client.runtimeClient.getEvents({ runtimeId, round })
      for (const { key, value } of events) {
        if (!equalBytes(key, kind.key)) continue
        const event = decodeRust(list(kind.body), value).find(isIt)
        if (event !== undefined) return { round, event }
      }
    }
  }
  throw new UnavailableError('paratime.noEvent', 'the node tells no more blocks of the ParaTime')
}
