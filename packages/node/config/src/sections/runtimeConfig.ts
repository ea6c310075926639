import { type Complaint, section } from '@wadi/base/config'
import { type ConfigOf, group, record } from '@wadi/base/configFields'
import {
  flag,
  inFileOnly,
  integer,
  list,
  oneOf,
  optional,
  tableOf,
  text,
} from '@wadi/base/configOption'
import { durationMs, integer64, sizeBytes } from '@wadi/base/configUnits'
import { parseIp, printIp } from '@wadi/primitives/ip'
import { freeTable, pinnedAddress, webAddress } from '../configKinds.ts'
import { type RuntimeOptions, runtimeOptions } from './runtimeOptions.ts'

const UINT16_MAX = 65_535
const UINT32_MAX = 4_294_967_295
const SECOND_MS = 1000
const INSTANCES_MAX = 128n

const txPool = group({
  scheduleMaxTxPoolSize: integer64({ default: 50_000n, doc: 'Transactions that can wait.' }),
  scheduleTxCacheSize: integer64({
    default: 100_000n,
    min: 1n,
    doc: 'Transactions that are remembered, so that none is run twice.',
  }),
  checkTxMaxBatchSize: integer64({
    default: 128n,
    min: 1n,
    doc: 'Transactions checked in one call.',
  }),
  recheckInterval: integer64({ default: 5n, doc: 'Rounds until one is checked again.' }),
  republishinterval: durationMs({ default: 60_000, doc: 'Time until one is sent out again.' }),
})

const options = {
  runtimes: inFileOnly(
    list(record(runtimeOptions, { doc: 'A runtime.' }), {
      default: [],
      doc: 'Runtimes that this node runs.',
    }),
  ),
  paths: list(text({ doc: 'A file.' }), { default: [], doc: 'Files of bundles (`.orc`).' }),
  provisioner: oneOf(['mock', 'unconfined', 'sandboxed'], {
    default: 'sandboxed',
    doc: 'How runtimes are run; all but sandboxed only for tests.',
  }),
  sandboxBinary: text({ default: '/usr/bin/bwrap', doc: 'The program bubblewrap.' }),
  sgxLoader: inFileOnly(optional(text({ doc: 'The older name of `runtime.sgx.loader`.' }))),
  environment: oneOf(['sgx', 'sgx-mock', 'auto'], {
    default: 'auto',
    doc: 'Where runtimes are run; sgx-mock only for tests.',
  }),
  prune: group({
    strategy: oneOf(['none', 'keep_last'], {
      default: 'none',
      doc: 'Which rounds of runtimes are kept: all, or the last ones.',
    }),
    interval: durationMs({ default: 120_000, doc: 'Time between removals.' }),
    numKept: integer64({ default: 250_000n, doc: 'So many rounds.' }),
  }),
  indexer: group({
    batchSize: integer({
      default: 1000,
      max: UINT16_MAX,
      doc: 'Blocks that are put into the history at once; 0 for the default.',
    }),
  }),
  config: inFileOnly(
    tableOf(freeTable({ doc: 'What the runtime itself reads.' }), {
      default: new Map(),
      doc: 'What runtimes themselves read, by their identifiers; older than `runtimes[].config`.',
    }),
  ),
  sentryAddresses: list(pinnedAddress({ doc: 'A sentry.' }), {
    default: [],
    doc: 'Sentry nodes that stand before this one.',
  }),
  txPool,
  preWarmEpochs: integer64({
    default: 3n,
    doc: 'Epochs before a runtime is due that it is started; 0 for not earlier.',
  }),
  attestInterval: durationMs({ default: 0, doc: 'Time between attestations; 0 for the default.' }),
  loadBalancer: group({
    numInstances: integer64({
      default: 0n,
      max: INSTANCES_MAX,
      doc: 'Instances of each runtime that share its work; 0 and 1 are one.',
    }),
  }),
  registries: list(webAddress({ doc: 'A URL.' }), {
    default: ['https://raw.githubusercontent.com/oasisprotocol/bundle-registry/main/metadata/'],
    doc: 'Where bundles are found: the hash of a manifest is put behind each.',
  }),
  maxBundleSize: optional(sizeBytes({ doc: 'The size of a bundle; the default if it is empty.' })),
  debugMockTee: flag({ default: false, doc: 'Pretends that there is a TEE. Only for tests.' }),
  sgx: group({ loader: optional(text({ doc: 'The program that starts enclaves.' })) }),
  tdx: group({
    cidStart: integer({
      default: 2_769_616_896,
      max: UINT32_MAX,
      doc: 'The first number that virtual machines are known by.',
    }),
    cidCount: integer({ default: 1024, max: UINT32_MAX, doc: 'How many such numbers.' }),
  }),
  log: group({
    maxLogSize: integer({ default: 1_048_576, min: 1024, doc: 'Bytes of the log of a component.' }),
  }),
} as const

type Values = ConfigOf<typeof options>

function checkPrograms(values: Values): Complaint | undefined {
  const { provisioner, sandboxBinary, environment, sgxLoader, sgx } = values
  if (provisioner === 'sandboxed' && sandboxBinary === '')
    return { key: 'sandbox_binary', why: 'must be set where runtime.provisioner is sandboxed' }
  if (environment !== 'sgx') return undefined
  if (sgxLoader === undefined && sgx.loader === undefined)
    return { key: 'environment', why: 'sgx needs a loader; set runtime.sgx.loader' }
  if (sgxLoader !== undefined && sgx.loader !== undefined)
    return { key: 'sgx_loader', why: 'only one of it and runtime.sgx.loader can be set; remove it' }
  return undefined
}

function checkPrune({ prune: { strategy, interval } }: Values): Complaint | undefined {
  return strategy === 'keep_last' && interval < SECOND_MS
    ? { key: 'prune.interval', why: 'must be at least 1s where prune.strategy is keep_last' }
    : undefined
}

const ANY_IP = '0.0.0.0'

function canonicalIp(ip: string | undefined): string {
  const printed = printIp(parseIp(ip ?? ANY_IP))
  return printed === '::' ? ANY_IP : printed
}

/** Two components cannot have the same port of the host. */
function checkPorts({ runtimes }: { readonly runtimes: readonly RuntimeOptions[] }) {
  const taken = new Map<string, Set<string>>()
  for (const [r, { components }] of runtimes.entries()) {
    for (const [c, { id, networking }] of components.entries()) {
      for (const { ip, protocol, srcPort } of networking.incoming) {
        const port = `${protocol ?? 'tcp'} ${srcPort}`
        const address = canonicalIp(ip)
        const others = taken.get(port) ?? new Set()
        const isTaken = others.has(address) || others.has(ANY_IP)
        if (isTaken || (address === ANY_IP && others.size > 0)) {
          const key = `runtimes[${r}].components[${c}]`
          return { key, why: `${id} has a port that another one has (${port}); choose another` }
        }
        taken.set(port, others.add(address))
      }
    }
  }
  return undefined
}

/** Runtimes, and how they are run. */
export const runtimeConfig = section('runtime', options, [checkPrograms, checkPrune, checkPorts])
