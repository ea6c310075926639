/** Nodes that lie: now and then an answer is not what it should be. */

import type { CallTransport } from '@wadi/grpc/call-transport'
import fc from 'fast-check'

/** What becomes of one answer. */
export type Lie =
  /** Some of its bytes are others. */
  | { readonly kind: 'flip'; readonly at: readonly (readonly [place: number, bits: number])[] }
  /** It ends too soon. */
  | { readonly kind: 'cut'; readonly size: number }
  /** It is what was answered to the same call before, or to another one. */
  | { readonly kind: 'older' }
  | { readonly kind: 'other' }

/** Which answer is a lie, and what becomes of it. */
export interface Plot {
  /** The number of the answer. */
  readonly turn: number
  readonly lie: Lie
}

const flip = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }))
const lie: fc.Arbitrary<Lie> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('flip' as const),
      at: fc.array(flip, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), size: fc.nat() }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'older' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'other' } as const) },
)

/** Lies in any of the first answers. */
export const plots: fc.Arbitrary<readonly Plot[]> = fc.array(
  fc.record({ turn: fc.nat({ max: 14 }), lie }),
  { minLength: 1, maxLength: 3 },
)

/** Answers that were given before. */
interface Past {
  readonly byPath: Map<string, Uint8Array>
  last: Uint8Array | undefined
}

function told(answer: Uint8Array, { lie: how }: Plot, path: string, past: Past): Uint8Array {
  switch (how.kind) {
    case 'flip': {
      const changed = answer.slice()
      for (const [place, bits] of how.at)
        if (changed.length > 0) changed[place % changed.length]! ^= bits
      return changed
    }
    case 'cut':
      return answer.slice(0, how.size % (answer.length + 1))
    case 'older':
      return past.byPath.get(path) ?? answer
    case 'other':
      return past.last ?? answer
  }
}

/** A node that tells the truth but for some answers. */
export function lyingTransport(honest: CallTransport, plots: readonly Plot[]): CallTransport {
  const past: Past = { byPath: new Map(), last: undefined }
  let turn = 0
  return {
    ...honest,
    async unary(path, request, options) {
      const plot = plots.find((one) => one.turn === turn)
      turn++
      const answer = await honest.unary(path, request, options)
      const said = plot === undefined ? answer : told(answer, plot, path, past)
      past.byPath.set(path, answer)
      past.last = answer
      return said
    },
  }
}
