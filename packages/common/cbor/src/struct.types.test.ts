import assert from 'node:assert/strict'
import { it } from 'node:test'
import { zero } from './codec.ts'
import type { KeyedMap } from './collections.ts'
import { mapOf } from './collections.ts'
import { oneOf } from './oneOf.ts'
import { bytesOf, u8, u64 } from './scalars.ts'
import type { Infer } from './schema.ts'
import { flatten, named, nilable, omitEmpty, optional, struct } from './struct.ts'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

const Key = bytesOf('Key', 2)
const Other = bytesOf('Other', 2)
const Sample = struct({
  plain: u8,
  wide: omitEmpty(u64),
  pointer: optional(u64),
  nil: nilable(u8),
  renamed: named('X', optional(u8)),
  embedded: flatten(struct({ v: u8 })),
  map: mapOf(Key, u8),
})
type Sample = Infer<typeof Sample>
const Choice = oneOf({ one: u8, two: u64 })

it('a struct has the type that its fields say', () => {
  const holds: Same<
    Sample,
    {
      readonly plain: number
      readonly wide: bigint
      readonly pointer: bigint | undefined
      readonly nil: number | undefined
      readonly renamed: number | undefined
      readonly embedded: { readonly v: number }
      readonly map: KeyedMap<Infer<typeof Key>, number>
    }
  > = true
  assert.equal(holds, true)
})

it('a union is told apart by its kind', () => {
  const choice: Infer<typeof Choice> = zero(Choice)
  const body: number | bigint = choice.kind === 'one' ? (choice.body satisfies number) : choice.body
  assert.equal(body, 0)
})

it('brands of the same size are not exchangeable', () => {
  const key: Infer<typeof Key> = Key.check(new Uint8Array(2))
  // @ts-expect-error a key is no other
  const other: Infer<typeof Other> = key
  assert.equal(other.length, Other.size)
})
