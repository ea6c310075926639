/**
 * Throws fresh damage at every decoder for `WADI_SOAK_SECONDS`, a minute unless told. Prints how
 * many inputs each kind of damage made, then the verdict; exits 1 at the first wrong answer.
 */

import { toHex } from '@wadi/base/bytes'
import { SeededRandom } from '@wadi/base/random'
import { damages } from './damage.ts'
import { allDecoders } from './decoders.ts'
import { tryInput } from './tryInput.ts'

const SHOWN_BYTES = 2_000
interface Finding {
  readonly what: string
  readonly input: Uint8Array
}

const decoders = allDecoders()
const counts = new Map<string, number>(Object.keys(damages).map((kind) => [kind, 0]))

/** Every kind of damage to every good input once, from one seed. */
function runSeed(seed: bigint): Finding | undefined {
  for (const [kind, damage] of Object.entries(damages)) {
    const random = new SeededRandom(seed)
    for (const decoder of decoders)
      for (const good of decoder.good)
        for (const input of damage(good, random)) {
          counts.set(kind, (counts.get(kind) ?? 0) + 1)
          const what = tryInput(decoder, input)
          if (what !== undefined) return { what, input }
        }
  }
  return undefined
}

const end = Date.now() + 1000 * Number(process.env['WADI_SOAK_SECONDS'] ?? 60)
const first = BigInt(process.env['WADI_SEED'] ?? Date.now())
let seed = first
let finding: Finding | undefined
for (; Date.now() < end && finding === undefined; seed++) finding = runSeed(seed)

const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
for (const [kind, count] of counts) console.log(`${kind}: ${count} inputs`)
const peakMb = (process.resourceUsage().maxRSS / 1000).toFixed(0)
console.log(`${decoders.length} decoders, ${total} inputs from seed ${first}, at most ${peakMb} MB`)
if (finding !== undefined) {
  console.log(`seed ${seed - 1n}: ${finding.what}`)
  console.log(toHex(finding.input.subarray(0, SHOWN_BYTES)))
  process.exitCode = 1
}
