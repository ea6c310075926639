/**
 * Does the memory of validators grow with the chain? Some of them agree on many heights in
 * virtual time, and keep the last ones:
 *
 *   node sim/src/soak-heights.ts [heights] [validators, 4]
 *
 * For as many heights as are asked for, or for `WADI_SOAK_SECONDS`, a minute unless told. What
 * counts is live: objects and buffers after collection, without what the simulated disks take,
 * which are no memory of a validator, and without compiled code. Fails if it grows
 * (`heights/memoryGrowth.ts`), or if a validator ever holds more than its bound.
 */

import { HeightNetwork } from './heights/heightNetwork.ts'
import { liveBytes } from './heights/liveBytes.ts'
import { growthOf, type Reading } from './heights/memoryGrowth.ts'

const [heights, validators] = process.argv.slice(2)
const heightMax = heights === undefined ? undefined : BigInt(heights)
const count = Number(validators ?? 4)
const HEIGHTS_PER_READING = 250n
const HEIGHTS_PER_LINE = 2_500n
const MEGABYTE = 1_000_000
const MS_PER_SECOND = 1000
const VALIDATOR_MB_MAX = 100

const network = new HeightNetwork(count)
const readings: Reading[] = []
const begunMs = performance.now()
const secondsMax = Number(process.env['WADI_SOAK_SECONDS'] ?? 60)
const secondsGone = () => (performance.now() - begunMs) / MS_PER_SECOND
const isOver = () =>
  heightMax === undefined ? secondsGone() >= secondsMax : network.height >= heightMax
const megabytes = (bytes: number) => (bytes / MEGABYTE).toFixed(2)

do {
  network.runTo(network.height + HEIGHTS_PER_READING)
  const disk = network.diskBytes
  const bytes = ((await liveBytes()) - disk) / count
  readings.push({ height: Number(network.height), bytes })
  if (network.height % HEIGHTS_PER_LINE === 0n)
    console.log(
      `height ${network.height}: ${megabytes(bytes)} MB a validator, ` +
        `disks ${megabytes(disk)} MB, process ${megabytes(process.memoryUsage.rss())} MB`,
    )
} while (!isOver())

const most = readings.reduce((high, { bytes }) => Math.max(high, bytes), 0)
const growth = growthOf(readings)
console.log(
  `${count} validators, ${network.height} heights, ${secondsGone().toFixed(0)} s; ` +
    `each held at most ${megabytes(most)} MB`,
)
if (growth === undefined) console.log('too short to tell whether it grows')
else {
  const { bytes, heights: distance, bytesMax } = growth
  const perHeight = (bytes / distance).toFixed(2)
  console.log(
    `the least that was held changed by ${bytes.toFixed(0)} bytes in ${distance.toFixed(0)} ` +
      `heights, ${perHeight} a height; up to ${bytesMax} may be chance`,
  )
}
const isGrowing = growth !== undefined && growth.bytes > growth.bytesMax
if (isGrowing || most > VALIDATOR_MB_MAX * MEGABYTE) process.exitCode = 1
