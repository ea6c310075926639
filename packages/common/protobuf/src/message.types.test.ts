import assert from 'node:assert/strict'
import { it } from 'node:test'
import { zero } from './codec.ts'
import { mapped } from './mapped.ts'
import { embedded, field, message, optional, repeated, required } from './message.ts'
import { oneOf } from './oneOf.ts'
import { bool, bytes, enumOf, int64, text, uint32 } from './scalars.ts'
import type { Infer } from './schema.ts'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

const Inner = message({ flag: field(1, bool) })
const Choice = oneOf({ one: field(1, Inner), two: field(2, bytes) })
const Sample = message({
  narrow: field(1, uint32),
  wide: field(2, int64),
  words: field(3, text),
  color: field(4, enumOf({ none: 0, red: 1 })),
  inner: field(5, embedded(Inner)),
  pointer: optional(6, Inner),
  needed: required(7, Inner),
  list: repeated(8, Inner),
  mapped: field(
    9,
    mapped(text, { from: (words) => words.length, to: (length) => '.'.repeat(length) }),
  ),
})
type Sample = Infer<typeof Sample>

it('a message has the type that its fields say', () => {
  type Flag = { readonly flag: boolean }
  const holds: Same<
    Sample,
    {
      readonly narrow: number
      readonly wide: bigint
      readonly words: string
      readonly color: 'none' | 'red'
      readonly inner: Flag
      readonly pointer: Flag | undefined
      readonly needed: Flag
      readonly list: readonly Flag[]
      readonly mapped: number
    }
  > = true
  assert.equal(holds, true)
})

it('a union is told apart by its kind', () => {
  const holds: Same<
    Infer<typeof Choice>,
    | { readonly kind: 'one'; readonly body: { readonly flag: boolean } }
    | { readonly kind: 'two'; readonly body: Uint8Array }
  > = true
  assert.equal(holds, true)
})

it('a field is only given what its schema takes', () => {
  // @ts-expect-error: 64 bits are a bigint
  const wrong: Sample['wide'] = 1
  assert.equal(wrong, 1)
  assert.throws(() => zero(Sample), { reason: 'protobuf.missingField' })
})
