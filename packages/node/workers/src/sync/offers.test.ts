import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { Metadata } from '@wadi/mkvs/checkpoint/metadata'
import { CHUNK_COUNT_MAX } from '@wadi/mkvs/limits'
import { OFFERED_CHUNKS_MAX } from '../limits.ts'
import { dropBeyond, type Offer } from './offers.ts'

const digest = new Uint8Array(32)
const offer = (chunkCount: number, ...peers: readonly string[]): Offer => ({
  metadata: make(Metadata, { chunks: Array<Uint8Array>(chunkCount).fill(digest) }),
  peers: new Set(peers),
})

describe('Bad input: checkpoints that many liars offer', () => {
  it('OFFERED_CHUNKS_MAX: are kept up to so many chunks, and not beyond', () => {
    const count = OFFERED_CHUNKS_MAX / CHUNK_COUNT_MAX
    const lies = Array.from(
      { length: count },
      (_, i) => [`lie ${i}`, offer(CHUNK_COUNT_MAX, `liar ${i}`)] as const,
    )
    const full = new Map<string, Offer>(lies)
    dropBeyond(full)
    assert.equal(full.size, count)
    full.set('short', offer(1, 'alone')).set('common', offer(CHUNK_COUNT_MAX, 'a', 'b'))
    dropBeyond(full)
    assert.equal(full.size, count)
    assert.ok(full.has('short') && full.has('common'))
    dropBeyond(full)
    assert.equal(full.size, count)
  })
})
