/**
 * What light verification costs, with real keys and 100 validators, of whom one is exchanged every
 * ten blocks: single headers beside a hash of 64 KiB, and a journey over 10,000 heights. Run
 * with node.
 */

import { sha256 } from '@wadi/crypto/hash/sha256'
import { oasisDialect } from '../dialect.ts'
import { CLOCK_DRIFT_MS, DEFAULT_TRUST_LEVEL, type LightRules } from './lightRules.ts'
import { refusalOf } from './refusalOf.ts'
import { skip } from './skip.ts'
import { LightChain, realSigner, timeAt } from './testing/lightChain.ts'
import { newTaskLog, runTask } from './testing/runTask.ts'
import { verifyForwards } from './verifyLightBlock.ts'

const HEIGHTS = 10_000n
const VALIDATORS = 100
const NOW = timeAt(HEIGHTS + 2n)
const rules: LightRules = {
  dialect: oasisDialect,
  trustLevel: DEFAULT_TRUST_LEVEL,
  trustPeriodMs: 1_000_000_000,
  clockDriftMs: CLOCK_DRIFT_MS,
}
const chain = new LightChain({
  dialect: oasisDialect,
  signerOf: realSigner,
  last: HEIGHTS + 1n,
  membersAt: (height) => Array.from({ length: VALIDATORS }, (_, i) => i + Number(height / 10n)),
})
const trusted = chain.at(1n)
const kilobytes = new Uint8Array(65_536)

/** Milliseconds of CPU. */
function cpuMs(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

function tooFar(): void {
  const untrusted = chain.at(HEIGHTS)
  if (refusalOf(() => verifyForwards({ trusted, untrusted }, rules, NOW)) === undefined)
    throw new RangeError('it is not too far away')
}

const contenders: Readonly<Record<string, () => void>> = {
  'sha256 of 64 KiB': () => void sha256(kilobytes),
  'the next header': () => verifyForwards({ trusted, untrusted: chain.at(2n) }, rules, NOW),
  'a later header': () => verifyForwards({ trusted, untrusted: chain.at(99n) }, rules, NOW),
  'a header that is too far away': tooFar,
}

/** Prints how long the journey takes, once the blocks are there. */
function printJourney(): void {
  const journey = { provider: 0, trusted, target: chain.at(HEIGHTS + 1n) }
  for (const what of ['and the making of its blocks', 'alone', 'alone']) {
    const log = newTaskLog()
    let jumps = 0
    const ms = cpuMs(() => {
      const arrival = runTask(skip(journey, rules, NOW), [chain], log)
      if (arrival.kind === 'arrived') jumps = arrival.trace.length - 1
    })
    const blocks = log.fetched.length
    console.log(`${HEIGHTS} heights, ${what}: ${ms} ms, ${jumps} jumps, ${blocks} blocks`)
  }
}

const ROUNDS = 40
const spent = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]))
for (let round = 0; round < ROUNDS; round++)
  for (const [name, work] of Object.entries(contenders)) spent.get(name)!.push(cpuMs(work))
const yardstick = median(spent.get('sha256 of 64 KiB')!)
for (const [name, all] of spent) {
  const ms = median(all)
  console.log(`${name}: ${ms.toFixed(2)} ms, ${(ms / yardstick).toFixed(1)} yardsticks`)
}
printJourney()

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}
