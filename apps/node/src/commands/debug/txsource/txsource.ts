import { dirname } from 'node:path'
import { createLogger } from '@wadi/base/log'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { lineSink } from '@wadi/compose/log-sink'
import { processClock } from '@wadi/compose/process-world'
import type { Signer } from '@wadi/crypto/signature/signer'
import { type CommandWorld, command, type FlagsOf } from '@wadi/node-config/command'
import { nodeFlags, persistentFlags } from '@wadi/node-config/node-flags'
import { loadEntitySigner } from '@wadi/node-crypto/keys/nodeIdentity'
import { quantity } from '@wadi/primitives/quantity'
import { testEntity } from '@wadi/provisioning/test-entity'
import { connectionFlags } from '../../connection/connectionFlags.ts'
import { openChannel } from '../../connection/nodeConnection.ts'
import { errors } from '../../transaction/commandErrors.ts'
import { runtimeIdOf, unsignedOf } from '../../transaction/flagValues.ts'
import { loadNetwork } from '../../transaction/networkTerms.ts'
import { genesisFileFlag } from '../../transaction/transactionFlags.ts'
import { pause } from './patientTransport.ts'
import { runWorkload } from './runWorkload.ts'
import type { QueryChoices } from './workload.ts'
import { isWorkload, type WorkloadName, workloads } from './workloads.ts'

const DONE = 0
const SEED_BYTES_MIN = 32
const BITS = 63n
const SEED = 'seeeeeeeeeeeeeeeeeeeeeeeeeeeeeed'

const options = {
  ...persistentFlags,
  ...connectionFlags,
  ...genesisFileFlag,
  'debug.test_entity': nodeFlags['debug.test_entity'],
  gas_price: { kind: 'integer', doc: 'gas price of consensus transactions', fallback: 0n },
  'queries.consensus.num_kept_versions': {
    kind: 'integer',
    doc: 'number of last versions that nodes keep',
    fallback: 0n,
    word: 'int',
  },
  'queries.runtime.enabled': {
    kind: 'boolean',
    doc: 'whether runtimes are asked, too',
    fallback: true,
  },
  'runtime.runtime_id': { kind: 'text', doc: 'ID of the key-value runtime', fallback: '' },
  seed: { kind: 'text', doc: 'what all random choices follow from', fallback: SEED },
  time_limit: {
    kind: 'duration',
    doc: 'end well after this long, or 0 to go on',
    fallback: 0,
  },
  validator_entity: { kind: 'texts', doc: 'paths of the entities of validators', fallback: [] },
  workload: {
    kind: 'text',
    doc: `what to do: ${Object.keys(workloads).join(', ')}`,
    fallback: 'transfer',
  },
} as const

type Values = FlagsOf<typeof options>

function workloadOf({ workload: name }: Values): WorkloadName {
  if (isWorkload(name)) return name
  const known = Object.keys(workloads).join(', ')
  throw errors.badValue(`--workload is ${JSON.stringify(name)}; give one of ${known}`)
}

function queriesOf(flags: Values, name: WorkloadName): QueryChoices {
  const kept = 'queries.consensus.num_kept_versions'
  const id = flags['runtime.runtime_id']
  const asksRounds = flags['queries.runtime.enabled']
  if (name === 'runtime' && id === '')
    throw errors.badValue('--runtime.runtime_id is missing; give the one of the key-value runtime')
  if (name === 'queries' && asksRounds && id === '')
    throw errors.badValue(
      '--runtime.runtime_id is missing; give it, or --queries.runtime.enabled=false',
    )
  return {
    keptVersions: unsignedOf(kept, flags[kept], BITS),
    runtimeId: id === '' ? undefined : runtimeIdOf('--runtime.runtime_id', id),
    asksRounds,
  }
}

function seedOf({ seed }: Values): string {
  if (Buffer.byteLength(seed) < SEED_BYTES_MIN)
    throw errors.badValue(`--seed has fewer than ${SEED_BYTES_MIN} bytes; give a longer one`)
  return seed
}

/** COMPAT(oasis-core): the path of the descriptor is given, and the key is beside it. */
function entitiesOf({ validator_entity: paths }: Values): readonly Signer[] {
  return paths.map((path) => loadEntitySigner(dirname(path)))
}

/** Waits between iterations until the time is over. */
function pacer({ time_limit: limitMs }: Values) {
  const end = processClock.monotonicMs() + limitMs
  return async (pauseMs: number): Promise<boolean> => {
    const left = limitMs === 0 ? pauseMs : end - processClock.monotonicMs()
    if (limitMs !== 0 && left <= 0) return false
    const ms = Math.min(pauseMs, left)
    if (ms > 0) await pause({ timers: nodeTimers }, ms)
    return limitMs === 0 || processClock.monotonicMs() < end
  }
}

async function run({ flags }: { readonly flags: Values }, world: CommandWorld): Promise<number> {
  const name = workloadOf(flags)
  const queries = queriesOf(flags, name)
  const seed = seedOf(flags)
  const gasPrice = quantity(unsignedOf('gas_price', flags.gas_price))
  const validatorEntities = entitiesOf(flags)
  const { chainContext } = loadNetwork(flags)
  const levels = { otherwise: 'debug' } as const
  const sink = lineSink({ format: 'json', levels, clock: processClock }, (line) =>
    world.out.write(`${line}\n`),
  )
  const log = createLogger(`cmd/txsource/workload/${name}`, sink)
  const transport = openChannel(flags, world)
  try {
    await runWorkload({
      ...{ name, seed, transport, chainContext, gasPrice, queries, log, validatorEntities },
      source: testEntity().signer,
      goesOn: pacer(flags),
    })
  } finally {
    transport.close()
  }
  return DONE
}

/** `debug txsource`. */
export const txsource = command({
  name: 'txsource',
  summary: 'send random transactions, to try a test network',
  options,
  run,
})
