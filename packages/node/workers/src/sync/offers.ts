/** What peers offer, as long as not all of them have answered. */

import type { Metadata } from '@wadi/mkvs/checkpoint/metadata'
import { OFFERED_CHUNKS_MAX } from '../limits.ts'

/** A checkpoint, and who has it. */
export interface Offer {
  readonly metadata: Metadata
  /** Who says a thing twice is one peer all the same. */
  readonly peers: Set<string>
}

function isWorse(a: Offer, b: Offer): boolean {
  if (a.peers.size !== b.peers.size) return a.peers.size < b.peers.size
  return a.metadata.chunks.length > b.metadata.chunks.length
}

/**
 * Drops what is too much: of those that fewest peers have the longest first, so that many who lie
 * do not crowd out what several say.
 */
export function dropBeyond(offers: Map<string, Offer>): void {
  let count = 0
  for (const { metadata } of offers.values()) count += metadata.chunks.length
  while (count > OFFERED_CHUNKS_MAX) {
    let [worst] = offers
    for (const one of offers) if (worst === undefined || isWorse(one[1], worst[1])) worst = one
    if (worst === undefined) return
    offers.delete(worst[0])
    count -= worst[1].metadata.chunks.length
  }
}
