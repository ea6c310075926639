/**
 * `npm run -s replay -- <chain folder>`: runs a recorded chain from its genesis document and
 * compares everything with the recording. Ends with `<n> blocks, <n> identical`; the exit code
 * is 1 if any block differs.
 */

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { toHex } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { decode } from '@wadi/cbor/codec'
import { bodyOfMethod } from '@wadi/consensus/methods'
import type { Service } from '@wadi/consensus-services/kernel/service'
import { services } from '@wadi/consensus-services/services'
import { hashOfTransaction, SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import type { Difference } from './replay/compareBlock.ts'
import type { ReplayedBlock } from './replay/recordedHeader.ts'
import { replayChain } from './replay/replayChain.ts'
import { timeServices } from './replay/timedServices.ts'
import { leavesOf } from './replay/words.ts'

const EXIT_BAD = 1
const EXIT_USAGE = 2
const DIFFERENCES_SHOWN = 60
const BLOCKS = 'blocks.ndjson.gz'
const USAGE = `usage: npm run -s replay -- <chain folder> [options]
  --from <height>   take the blocks before from the recording
  --to <height>     stop after this block
  --keep-going      go on behind a block that differs, with the recorded state
  --bench           tell how fast, from a cold start and then warm; invariants are skipped
`
const MEBIBYTE = 1_048_576
const MICROSECONDS = 1_000_000

const say = (text: string): void => {
  process.stdout.write(text)
}

/** npm runs scripts in the repository; a path means what it meant where npm was called. */
function findChain(folder: string): string | undefined {
  const places = [process.env['INIT_CWD'] ?? '.', '.'].map((place) => resolve(place, folder))
  return places.find((place) => existsSync(join(place, BLOCKS)))
}

/** A transaction in words. */
function describeTransaction(raw: Uint8Array): string {
  try {
    const signed = decode(SignedTransaction, raw)
    const { method, nonce, fee, body } = decode(Transaction, signed.untrustedRawValue)
    const schema = bodyOfMethod(method)
    const parts = schema === undefined || body.length === 0 ? undefined : decode(schema, body)
    const lines = leavesOf(parts).map(([path, value]) => `    ${path} ${value}\n`)
    const price = fee === undefined ? 'no fee' : `fee ${fee.amount}, gas ${fee.gas}`
    return (
      `  ${method}, nonce ${nonce}, ${price}, signed by ${toHex(signed.signature.publicKey)}\n` +
      `  hash ${toHex(hashOfTransaction(signed))}\n${lines.join('')}`
    )
  } catch (error) {
    if (error instanceof CodedError) return `  undecodable: ${error.message}\n`
    throw error
  }
}

function printDifferences(
  height: bigint,
  { transactions }: ReplayedBlock,
  differences: readonly Difference[],
): void {
  say(`block ${height} differs\n`)
  let place = ''
  for (const { where, what, recorded, ours } of differences.slice(0, DIFFERENCES_SHOWN)) {
    if (where !== place) {
      say(` ${where}\n`)
      const index = /^transaction (\d+)$/.exec(where)?.[1]
      const raw = index === undefined ? undefined : transactions[Number(index)]
      if (raw !== undefined) say(describeTransaction(raw))
    }
    place = where
    say(`  ${what}\n    recorded  ${recorded}\n    ours      ${ours}\n`)
  }
  const rest = differences.length - DIFFERENCES_SHOWN
  if (rest > 0) say(`  … and ${rest} differences more\n`)
}

interface Asked {
  readonly from?: bigint
  readonly to?: bigint
  readonly keepGoing: boolean
  readonly bench: boolean
}

interface Counts {
  blocks: number
  identical: number
  transactions: number
  /** Microseconds of the processor in the application. */
  cpu: number
}

/** Replays the chain once, and shows what differs. */
function pass(folder: string, asked: Asked, services: readonly Service[]): Counts {
  const { from, to, keepGoing, bench } = asked
  const counts: Counts = { blocks: 0, identical: 0, transactions: 0, cpu: 0 }
  const steps = replayChain(folder, {
    services,
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    repair: keepGoing ? 'recorded' : 'none',
    compare: bench ? 'batches' : 'everything',
  })
  for (const { height, block, differences, cpu } of steps) {
    counts.blocks++
    counts.cpu += cpu
    counts.transactions += block.transactions.length
    if (differences.length === 0) counts.identical++
    else printDifferences(height, block, differences)
    if (differences.length > 0 && !keepGoing) break
  }
  return counts
}

/**
 * Replays a second time when everything has been compiled, and tells how fast both went. What is
 * told of the services is of the second time.
 */
function measure(folder: string, asked: Asked): Counts {
  const rss = process.memoryUsage().rss
  printSpeed('cold', pass(folder, asked, services))
  const rssBetween = process.memoryUsage().rss
  const { services: timed, times } = timeServices(services)
  const counts = pass(folder, asked, timed)
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
function replay(folder: string, asked: Asked): boolean {
  const { blocks, identical } = asked.bench ? measure(folder, asked) : pass(folder, asked, services)
  say(`${blocks} blocks, ${identical} identical\n`)
  return blocks > 0 && identical === blocks
}

/** What was asked on the command line, or what is wrong with it. */
function parseCommand(): { readonly folder: string; readonly asked: Asked } | string {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        from: { type: 'string' },
        to: { type: 'string' },
        'keep-going': { type: 'boolean', default: false },
        bench: { type: 'boolean', default: false },
      },
    })
    const [name, ...rest] = positionals
    if (name === undefined || rest.length > 0) return 'which chain? One folder is wanted'
    const folder = findChain(name)
    if (folder === undefined) return `there is no ${BLOCKS} in ${name}`
    const heights = [values.from, values.to].filter((height) => height !== undefined)
    const bad = heights.find((height) => !/^\d+$/.test(height))
    if (bad !== undefined) return `${bad} is no height`
    const { from, to, 'keep-going': keepGoing, bench } = values
    const range = { ...(from && { from: BigInt(from) }), ...(to && { to: BigInt(to) }) }
    return { folder, asked: { ...range, keepGoing, bench } }
  } catch (error) {
    // What parseArgs does not understand it says in words.
    if (error instanceof TypeError) return error.message
    throw error
  }
}

function main(): number {
  const command = parseCommand()
  if (typeof command === 'string') {
    process.stderr.write(`replay: ${command}\n${USAGE}`)
    return EXIT_USAGE
  }
  try {
    return replay(command.folder, command.asked) ? 0 : EXIT_BAD
  } catch (error) {
    const isOurs = !(error instanceof UnavailableError || error instanceof CodedError)
    if (isOurs) throw error
    process.stderr.write(`replay: ${error.message}\n`)
    return EXIT_BAD
  }
}

process.exitCode = main()
