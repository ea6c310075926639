/**
 * `npm run -s replay -- <chain folder>`: runs a recorded chain from its genesis document and
 * compares everything with the recording. Ends with `<n> blocks, <n> identical`; the exit code
 * is 1 if any block differs.
 */

import { isTold } from '@wadi/base/errors'
import type { Service } from '@wadi/consensus-services/kernel/service'
import { services } from '@wadi/consensus-services/services'
import { type Asked, type Command, checkRange, parseCommand, USAGE } from './replay/command.ts'
import { openRecording, type Recording } from './replay/recording.ts'
import { BlockStopped, replayBlocks } from './replay/replayChain.ts'
import { reportAgain, reportBlock, reportStop } from './replay/report.ts'
import { timeServices } from './replay/timedServices.ts'

const EXIT_BAD = 1
const EXIT_USAGE = 2
const EXIT_RECORDING = 3
const EXIT_STOPPED = 4
const MEBIBYTE = 1_048_576
const MICROSECONDS = 1_000_000

const say = (text: string): void => {
  process.stdout.write(text)
}

interface Counts {
  blocks: number
  identical: number
  /** The height of the first block that differs. */
  firstBad?: bigint
  transactions: number
  /** Microseconds of the processor in the application. */
  cpu: number
}

/** Replays the chain once, and shows what differs. */
function pass(recording: Recording, asked: Asked, services: readonly Service[]): Counts {
  const { from, to, keepGoing, bench } = asked
  const counts: Counts = { blocks: 0, identical: 0, transactions: 0, cpu: 0 }
  const steps = replayBlocks(recording, {
    services,
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    repair: keepGoing ? 'recorded' : 'none',
    compare: bench ? 'batches' : 'everything',
  })
  for (const step of steps) {
    const { height, block, differences, cpu } = step
    counts.blocks++
    counts.cpu += cpu
    counts.transactions += block.transactions.length
    if (differences.length === 0) counts.identical++
    else {
      counts.firstBad ??= height
      say(reportBlock(step))
    }
    if (differences.length > 0 && !keepGoing) break
  }
  return counts
}

/**
 * Replays a second time when everything has been compiled, and tells how fast both went. What is
 * told of the services is of the second time.
 */
function measure(recording: Recording, asked: Asked): Counts {
  const rss = process.memoryUsage().rss
  printSpeed('cold', pass(recording, asked, services))
  const rssBetween = process.memoryUsage().rss
  const { services: timed, times } = timeServices(services)
  const counts = pass(recording, asked, timed)
  printSpeed('warm', counts)
  for (const [name, { transactions, blocks }] of times)
    say(`  ${name.padEnd(18)} ${transactions.toFixed(3)} s, ${blocks.toFixed(3)} s around blocks\n`)
  const mebibytes = (bytes: number) => `${(bytes / MEBIBYTE).toFixed(0)} MiB`
  say(`resident memory ${mebibytes(rss)} at the start, ${mebibytes(rssBetween)} behind the first `)
  say(`time, ${mebibytes(process.memoryUsage().rss)} behind the second\n`)
  return counts
}

function printSpeed(when: string, { blocks, transactions, cpu }: Counts): void {
  const seconds = cpu / MICROSECONDS
  const rate = (count: number) => (count / seconds).toFixed(0)
  say(`${when}: ${seconds.toFixed(2)} CPU seconds in the application, ${rate(blocks)} blocks and `)
  say(`${rate(transactions)} transactions per CPU second\n`)
}

/** Replays and says the last line; whether all was good. */
function replay(recording: Recording, { name, asked }: Command): boolean {
  const run = asked.bench ? measure(recording, asked) : pass(recording, asked, services)
  const { blocks, identical, firstBad } = run
  if (firstBad !== undefined) say(reportAgain(name, firstBad))
  say(`${blocks} blocks, ${identical} identical\n`)
  return blocks > 0 && identical === blocks
}

/** Says in one sentence why there is nothing to replay, or not to its end. */
function refuse(sentence: string, code: number): number {
  process.stderr.write(`replay: ${sentence.trimEnd()}\n`)
  return code
}

function main(): number {
  const command = parseCommand(process.argv.slice(2))
  if (typeof command === 'string') return refuse(`${command}\n${USAGE}`, EXIT_USAGE)
  try {
    const recording = openRecording(command.folder)
    const wrong = checkRange(command.asked, recording)
    if (wrong !== undefined) return refuse(`${wrong}\n${USAGE}`, EXIT_USAGE)
    return replay(recording, command) ? 0 : EXIT_BAD
  } catch (error) {
    if (error instanceof BlockStopped) return refuse(reportStop(error), EXIT_STOPPED)
    const isOurs = !isTold(error)
    if (isOurs) throw error
    return refuse(error.message, EXIT_RECORDING)
  }
}

// Who reads the first lines only, as `head` does, has not done anything wrong.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})
process.exitCode = main()
