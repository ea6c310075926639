/**
 * ParaTimes of accounts on networks whose nodes are processes: rounds, payments from their
 * submission to their round, and several ParaTimes beside each other. Seconds are of the clock
 * unless said otherwise; what the nodes used of the processor is in the notes.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { median } from '../src/measure.ts'
import {
  type PaidParatime,
  type ParatimeNetwork,
  type ParatimeNetworkOptions,
  startParatimes,
  until,
} from '../src/paratimes/paratimeNetwork.ts'
import { syncStorage } from '../src/paratimes/storageSync.ts'
import type { Meter, Partner, Scenario } from '../src/scenario.ts'

const SECOND = 1000
const IDLE_MS = 20_000
const LOAD_MS = 30_000
/** Payments of each ParaTime before the first that counts: its program has a process to warm up. */
const WARM_PAID = 5_000
/** Payments on their way to one node, which checks them before it answers; one connection. */
const SENDERS = 200
/** Signed before: more than can be paid meanwhile. */
const SIGNED = 100_000
const EXECUTORS = 3
const BLOCK_MS = 250
const PAYMENTS = 20
/** Who pay in the quiet ParaTime, one payment after the other. */
const QUIET_PAYERS = 8
const QUIET_MS = 40_000
const P99 = 0.99

/** What there was in a time, in all ParaTimes together. */
interface Span {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly paid: number
  readonly rounds: number
}

const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0)

async function measureSpan(network: ParatimeNetwork, ms: number): Promise<Span> {
  const look = () => {
    const seen = network.paratimes.map(({ progress }) => progress)
    return {
      ms: performance.now(),
      cpuSeconds: network.cpuSeconds(),
      paid: sum(seen.map(({ paid }) => paid)),
      rounds: sum(seen.map(({ rounds }) => rounds)),
    }
  }
  const before = look()
  await sleep(ms)
  const after = look()
  return {
    seconds: (after.ms - before.ms) / SECOND,
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    paid: after.paid - before.paid,
    rounds: after.rounds - before.rounds,
  }
}

/** Floods ParaTimes while something is measured, and not before they have got going. */
async function whileFlooded<T>(flooded: readonly PaidParatime[], work: () => Promise<T>) {
  const life = new AbortController()
  const floods = flooded.map((paratime) => {
    paratime.sign(WARM_PAID + SIGNED / flooded.length)
    return paratime.flood(life.signal, Math.floor(SENDERS / flooded.length))
  })
  const begun = flooded.map(({ progress }) => progress.paid)
  const isGoing = () => flooded.every((p, i) => p.progress.paid >= begun[i]! + WARM_PAID)
  try {
    await until(isGoing)
    return await work()
  } finally {
    life.abort()
    await Promise.all(floods)
  }
}

async function withNetwork<T>(
  options: ParatimeNetworkOptions,
  use: (network: ParatimeNetwork) => Promise<T>,
): Promise<T> {
  const network = await startParatimes(options)
  try {
    return await use(network)
  } finally {
    await network.stop()
  }
}

function spanNote({ seconds, cpuSeconds, paid, rounds }: Span): string {
  const words = [`${rounds} rounds in ${seconds.toFixed(0)} s`]
  if (paid > 0) words.push(`${paid} transfers, ${(paid / cpuSeconds).toFixed(0)} a CPU second`)
  const each = ((cpuSeconds * SECOND) / Math.max(rounds, 1)).toFixed(0)
  return [...words, `${each} ms of the processor a round, all nodes together`].join('; ')
}

/** One network for three figures. */
function threeExecutors(): Record<'idle' | 'loaded', () => Promise<Span>> {
  let spans: Promise<Record<'idle' | 'loaded', Span>> | undefined
  const measure = () =>
    withNetwork({ paratimes: 1, computeNodes: EXECUTORS, blockMs: BLOCK_MS }, async (network) => {
      const idle = await measureSpan(network, IDLE_MS)
      const loaded = await whileFlooded(network.paratimes, () => measureSpan(network, LOAD_MS))
      return { idle, loaded }
    })
  const get = () => (spans ??= measure())
  return { idle: async () => (await get()).idle, loaded: async () => (await get()).loaded }
}

const executors = threeExecutors()

/** The same load by way of a node that is not of the committee. */
function throughClient(): Promise<Span> {
  const nodes = { computeNodes: EXECUTORS, clients: 1 }
  return withNetwork({ paratimes: 1, ...nodes, blockMs: BLOCK_MS }, (network) =>
    whileFlooded(network.paratimes, () => measureSpan(network, LOAD_MS)),
  )
}

/** A figure, and what else there is to tell of it. */
interface Noted {
  readonly figure: number
  readonly note: string
}

function notedMeter(name: string, measure: () => Promise<Noted>): Meter {
  let note = ''
  return {
    name,
    async measure() {
      const noted = await measure()
      note = noted.note
      return noted.figure
    },
    note: () => note,
  }
}

function spanMeter(
  name: string,
  spanOf: () => Promise<Span>,
  figureOf: (span: Span) => number,
): Meter {
  return notedMeter(name, async () => {
    const span = await spanOf()
    return { figure: figureOf(span), note: spanNote(span) }
  })
}

const roundsPerSecond = ({ rounds, seconds }: Span) => rounds / seconds
const paidPerSecond = ({ paid, seconds }: Span) => paid / seconds
const paidPerCpuSecond = ({ paid, cpuSeconds }: Span) => paid / cpuSeconds

async function createFinality(): Promise<readonly Partner[]> {
  const network = await startParatimes({
    paratimes: 1,
    computeNodes: EXECUTORS,
    blockMs: SECOND,
  })
  const [paratime] = network.paratimes
  return [
    {
      name: 'wadi',
      async round() {
        const tookMs: number[] = []
        for (let i = 0; i < PAYMENTS; i++) {
          // Not in step with the blocks.
          await sleep((i * 137) % SECOND)
          tookMs.push(await paratime!.pay())
        }
        return median(tookMs)
      },
      close: () => void network.stop(),
      note: () => `the median of ${PAYMENTS} payments, one after the other; a block every second`,
    },
  ]
}

const COUNTS = { one: 1, two: 2, four: 4, eight: 8 } as const

/** As many ParaTimes on one compute node, each with as much to do as it can. */
function floodedMeter(name: keyof typeof COUNTS): Meter {
  const options = { paratimes: COUNTS[name], computeNodes: 1, blockMs: BLOCK_MS }
  const spanOf = () =>
    withNetwork(options, (network) =>
      whileFlooded(network.paratimes, () => measureSpan(network, LOAD_MS)),
    )
  return spanMeter(name, spanOf, paidPerCpuSecond)
}

async function payQuietly(paratime: PaidParatime): Promise<readonly number[]> {
  const tookMs: number[] = []
  const endMs = performance.now() + QUIET_MS
  const payer = async () => {
    while (performance.now() < endMs) tookMs.push(await paratime.pay())
  }
  await Promise.all(Array.from({ length: QUIET_PAYERS }, payer))
  return tookMs.toSorted((a, b) => a - b)
}

/** The same ParaTime with nothing beside it, and then beside one that is flooded. */
function createQuiet(): readonly Meter[] {
  let network: ParatimeNetwork
  const meter = (name: string, measure: () => Promise<readonly number[]>) =>
    notedMeter(name, async () => {
      const tookMs = await measure()
      return {
        figure: tookMs[Math.floor(tookMs.length * P99)] ?? Number.NaN,
        note: `${tookMs.length} payments, p50 ${median(tookMs).toFixed(0)} ms`,
      }
    })
  return [
    meter('alone', async () => {
      network = await startParatimes({ paratimes: 2, computeNodes: 1, blockMs: BLOCK_MS })
      return payQuietly(network.paratimes[0]!)
    }),
    meter('beside', async () => {
      const [quiet, other] = network.paratimes
      try {
        return await whileFlooded([other!], () => payQuietly(quiet!))
      } finally {
        await network.stop()
      }
    }),
  ]
}

/** The node that gets the states; the other one has a process of its own. */
function storageMeter(): Meter {
  return notedMeter('wadi', async () => {
    const { seconds, cpuSeconds } = await syncStorage()
    return { figure: seconds, note: `${cpuSeconds.toFixed(1)} s of the processor` }
  })
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'paratime/rounds',
    unit: 'rounds a second',
    yardstick: 'idle',
    goals: [],
    create: () => [
      spanMeter('idle', executors.idle, roundsPerSecond),
      spanMeter('loaded', executors.loaded, roundsPerSecond),
    ],
  },
  {
    name: 'paratime/transfers',
    unit: 'transfers a second',
    goals: [],
    create: () => [
      spanMeter('three executors', executors.loaded, paidPerSecond),
      spanMeter('through a client', throughClient, paidPerSecond),
    ],
  },
  {
    name: 'paratime/finality',
    unit: 'ms from the submission to the round',
    goals: [{ contender: 'wadi', atMost: 1_500 }],
    rounds: 1,
    create: createFinality,
  },
  {
    name: 'paratime/parallel',
    unit: 'transfers per CPU second',
    yardstick: 'one',
    goals: (['two', 'four', 'eight'] as const).map((contender) => {
      return { contender, atLeast: 0.8, times: 'one' }
    }),
    create: () => [
      floodedMeter('one'),
      floodedMeter('two'),
      floodedMeter('four'),
      floodedMeter('eight'),
    ],
  },
  {
    name: 'paratime/quiet',
    unit: 'ms of the slowest payment of a hundred',
    yardstick: 'alone',
    goals: [{ contender: 'beside', atMost: 1.5, times: 'alone' }],
    create: createQuiet,
  },
  {
    name: 'paratime/storage-sync',
    unit: 'seconds for a million keys over loopback',
    goals: [{ contender: 'wadi', atMost: 60 }],
    create: () => [storageMeter()],
  },
]
