/** Whole networks of engines, and verifying what they decide. */

import { availableParallelism } from 'node:os'
import { assert } from '@wadi/base/errors'
import { calmPlan } from '@wadi/sim/calm-plan'
import { createPlan } from '@wadi/sim/create-plan'
import type { Plan } from '@wadi/sim/plan'
import { type Outcome, type SimulationOptions, simulate } from '@wadi/sim/simulation'
import { oasisDialect } from '@wadi/tendermint/dialect'
import {
  CLOCK_DRIFT_MS,
  DEFAULT_TRUST_LEVEL,
  type LightRules,
} from '@wadi/tendermint/light/lightRules'
import { skip } from '@wadi/tendermint/light/skip'
import { LightChain, realSigner, timeAt } from '@wadi/tendermint/light/testing/lightChain'
import { newTaskLog, runTask } from '@wadi/tendermint/light/testing/runTask'
import { verifyForwards } from '@wadi/tendermint/light/verifyLightBlock'
import type { HalvesOptions } from '../src/engineHalf.ts'
import { type EngineThreads, startThreads } from '../src/engineThreads.ts'
import { cpuSecondsOf } from '../src/rounds.ts'
import type { Partner, Scenario } from '../src/scenario.ts'

const VALIDATORS = 100
const PEERS = 16
const HEIGHTS = 10_000n
const MS_PER_SECOND = 1_000

const MICROSECONDS = 1_000_000

/** Networks of the simulator: each round that of the next seed. */
interface Simulated {
  readonly application: SimulationOptions['application']
  readonly planOf: (seed: bigint) => Plan
}

/** A whole run a round, in one thread: simulated time by the clock on the wall. */
function simulated(name: string, { application, planOf }: Simulated): Partner {
  let [virtualMs, cpuSeconds, blocks] = [0, 0, 0]
  let seed = 0n
  const run = () => simulate({ plan: planOf(seed++), application, signatures: 'stand-in' })
  // What follows is compiled code.
  run()
  return {
    name,
    async round() {
      const beganMs = performance.now()
      let outcome: Outcome | undefined
      cpuSeconds += cpuSecondsOf(() => {
        outcome = run()
      })
      const spentMs = performance.now() - beganMs
      assert(outcome?.violations.length === 0, 'nothing is wrong with the network')
      virtualMs += outcome.simulatedMs
      blocks += outcome.applied
      return outcome.simulatedMs / spentMs
    },
    close: () => undefined,
    note() {
      const times = (virtualMs / MS_PER_SECOND / cpuSeconds).toFixed(1)
      const each = ((cpuSeconds / blocks) * MS_PER_SECOND).toFixed(2)
      return `${times} × per CPU second of all threads; ${each} ms of CPU a block and node`
    },
  }
}

/** Four validators for two minutes, in the middle of which everything is put right. */
const troubled = (seed: bigint): Plan => createPlan(seed, { validators: 4 })
const calm = (seed: bigint): Plan => calmPlan(seed, { endMs: troubled(seed).endMs })

/** Two places ten milliseconds apart. */
const HUNDRED: Omit<HalvesOptions, 'checks'> = {
  validatorCount: VALIDATORS,
  peerCount: PEERS,
  timeoutCommitMs: MS_PER_SECOND,
  delayMs: [1, 1],
  crossingMs: 10,
}

/** A hundred validators in two threads, a block a round by the clock on the wall. */
function hundred(name: string, checks: HalvesOptions['checks']): Partner {
  let network: EngineThreads | undefined
  let [virtualMs, seconds, cpuSeconds, count] = [0, 0, 0, 0]
  return {
    name,
    async round() {
      network ??= await startThreads({ ...HUNDRED, checks })
      const { nowMs } = network
      const [beganMs, cpu] = [performance.now(), process.cpuUsage()]
      await network.run(1)
      const spent = (performance.now() - beganMs) / MS_PER_SECOND
      const { user, system } = process.cpuUsage(cpu)
      virtualMs += network.nowMs - nowMs
      seconds += spent
      cpuSeconds += (user + system) / MICROSECONDS
      count++
      return 1 / spent
    },
    close() {
      void network?.close()
    },
    note() {
      const each = ((cpuSeconds / count) * MS_PER_SECOND).toFixed(0)
      const busy = (cpuSeconds / seconds).toFixed(1)
      const times = (virtualMs / MS_PER_SECOND / seconds).toFixed(1)
      const cores = `${busy} of ${availableParallelism()} cores`
      return `2 threads on ${cores}; ${each} ms of CPU a block, all threads; ${times} × real time`
    },
  }
}

interface Repeated {
  /** How often it is done in a round. */
  readonly count: number
  /** Gives a note. */
  readonly work: () => string
}

/** Milliseconds of the processor that something takes. */
function milliseconds(name: string, { count, work }: Repeated): Partner {
  let note = ''
  return {
    name,
    async round() {
      const seconds = cpuSecondsOf(() => {
        for (let i = 0; i < count; i++) note = work()
      })
      return (seconds * MS_PER_SECOND) / count
    },
    close: () => undefined,
    note: () => note,
  }
}

const NOW = timeAt(HEIGHTS + 2n)
const rules: LightRules = {
  dialect: oasisDialect,
  trustLevel: DEFAULT_TRUST_LEVEL,
  trustPeriodMs: 1_000_000_000,
  clockDriftMs: CLOCK_DRIFT_MS,
}

/** One of a hundred validators is another one every ten blocks. */
function lightChain(): LightChain {
  return new LightChain({
    dialect: oasisDialect,
    signerOf: realSigner,
    last: HEIGHTS + 1n,
    membersAt: (height) => Array.from({ length: VALIDATORS }, (_, i) => i + Number(height / 10n)),
  })
}

function createLight(): readonly Partner[] {
  const chain = lightChain()
  const trusted = chain.at(1n)
  const untrusted = chain.at(2n)
  const journey = { provider: 0, trusted, target: chain.at(HEIGHTS + 1n) }
  const travel = (): string => {
    const log = newTaskLog()
    const arrival = runTask(skip(journey, rules, NOW), [chain], log)
    assert(arrival.kind === 'arrived', 'the journey ends where it is to')
    return `${arrival.trace.length - 1} headers verified of ${log.fetched.length} fetched`
  }
  travel()
  return [
    milliseconds('wadi, the next header', {
      count: 10,
      work: () => {
        verifyForwards({ trusted, untrusted }, rules, NOW)
        return 'a hundred validators, of whom two thirds are checked'
      },
    }),
    milliseconds('wadi, over 10,000 heights', { count: 1, work: travel }),
  ]
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'engine/hundred-validators',
    unit: 'blocks per second on two cores',
    goals: [{ contender: 'wadi, each checks for itself', atLeast: 0.5 }],
    rounds: 5,
    create: () => [
      hundred('wadi, each checks for itself', 'own'),
      hundred('wadi, checks shared', 'shared'),
    ],
  },
  {
    name: 'engine/four-validators',
    unit: 'simulated seconds per second',
    goals: [{ contender: 'wadi, pairs', atLeast: 100 }],
    rounds: 7,
    create: () => [
      simulated('wadi, pairs', { application: 'kvstore', planOf: troubled }),
      simulated('wadi, pairs, nothing goes wrong', { application: 'kvstore', planOf: calm }),
      simulated('wadi, consensus services', { application: 'oasis', planOf: troubled }),
      simulated('wadi, consensus services, nothing goes wrong', {
        application: 'oasis',
        planOf: calm,
      }),
    ],
  },
  {
    name: 'engine/light',
    unit: 'ms of CPU',
    goals: [{ contender: 'wadi, the next header', atMost: 8 }],
    create: createLight,
  },
]
