import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { equalBytes } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import type { PortWish } from '@wadi/compose/free-ports'
import {
  PARATIMES,
  type ParatimeChoice,
  type ParatimeName,
  paratimeOf,
} from '@wadi/compose/network-paratimes'
import { onStopSignals } from '@wadi/node/stop-signals'
import type { Call, CommandWorld, Flags, FlagsOf } from '@wadi/node-config/command'
import { jsonLine } from '@wadi/node-config/json-output'
import {
  createNetwork,
  type LocalNetwork,
  type LocalNetworkOptions,
  USUAL_NETWORK,
  withRemedy,
} from '../createNetwork.ts'
import { describeNetwork, endpointLines, titleOf } from '../describeNetwork.ts'
import { requireComet } from '../engine/cometBinary.ts'
import { type Faucet, openFaucet } from '../faucet.ts'
import { processOf, requireUnused } from '../folderHold.ts'
import { forgetNetwork } from '../forgetNetwork.ts'
import { COMPUTE_NODES_MAX, VALIDATORS_MAX } from '../limits.ts'
import type { MovedPort } from '../movePorts.ts'
import type { EngineKind, NetworkChoices } from '../networkFiles.ts'
import { networkFlags } from '../networkFlags.ts'
import { networkJson } from '../networkJson.ts'
import { PLAN_NAME } from '../networkPlaces.ts'
import { loadParatime } from '../paratimeFolder.ts'
import { type Watch, watchNetwork } from '../view/watch.ts'
import { networkCommand, wantsJson } from './answer.ts'

const startFlags = {
  ...networkFlags,
  validators: {
    kind: 'integer',
    doc: 'how many validators a new network has',
    fallback: BigInt(USUAL_NETWORK.validators),
    word: 'count',
  },
  processes: {
    kind: 'boolean',
    doc: 'run each validator in a process of its own',
    fallback: false,
  },
  engine: {
    kind: 'text',
    doc: 'who agrees on blocks of a new network: wadi, or cometbft (has to be built with Go)',
    fallback: 'wadi',
    word: 'name',
  },
  paratimes: {
    kind: 'text',
    doc: 'ParaTimes of a new network: keyvalue, accounts, folders of your own, or none',
    fallback: USUAL_NETWORK.paratimes.join(','),
    word: 'names',
  },
  'compute-nodes': {
    kind: 'integer',
    doc: 'how many nodes run the ParaTimes of a new network',
    fallback: BigInt(USUAL_NETWORK.computeNodes),
    word: 'count',
  },
  fresh: {
    kind: 'boolean',
    doc: 'forget the network that is there: blocks, states, keys of nodes, logs; not its snapshots',
    fallback: false,
  },
  'block-time': {
    kind: 'duration',
    doc: 'time between blocks of a new network',
    fallback: USUAL_NETWORK.blockMs,
  },
  'epoch-blocks': {
    kind: 'integer',
    doc: 'blocks of an epoch of a new network',
    fallback: BigInt(USUAL_NETWORK.epochBlocks),
    word: 'count',
  },
  ports: {
    kind: 'text',
    doc: 'which ports are taken: usual, which people know, or any, for networks that begin at the same moment',
    fallback: 'usual',
    word: 'kind',
  },
  plain: { kind: 'boolean', doc: 'print a line a block instead of a picture', fallback: false },
} as const satisfies Flags

type StartFlags = FlagsOf<typeof startFlags>
type StartCall = Pick<Call<typeof startFlags>, 'flags' | 'given'>

const [DONE, FAILED] = [0, 1]
const COLUMNS = 80

function misused(why: string): UnavailableError {
  return new UnavailableError('usage.localnet', why)
}

function count(name: string, value: bigint, most: number): number {
  if (value < 1n || value > BigInt(most))
    throw misused(`--${name} is ${value}; it can be from 1 to ${most}`)
  return Number(value)
}

const isEngine = (name: string): name is EngineKind => name === 'wadi' || name === 'cometbft'

/** The engine that was asked for; nothing if whatever is there already may stay. */
function engineOf({ flags: { engine }, given }: StartCall): { readonly engine?: EngineKind } {
  if (!given.has('engine')) return {}
  if (!isEngine(engine)) throw misused(`--engine is ${engine}; it can be wadi or cometbft`)
  return { engine }
}

const isParatime = (name: string): name is ParatimeName => name in PARATIMES

/** With CometBFT's engine nobody runs ParaTimes: nodes of runtimes are nodes of ours. */
async function paratimesOf({ flags, given }: StartCall): Promise<readonly ParatimeChoice[]> {
  const { paratimes: text } = flags
  const isForeign = flags.engine === 'cometbft'
  if (text === 'none' || (isForeign && !given.has('paratimes'))) return []
  const names = [...new Set(text.split(',').map((name) => name.trim()))]
  if (isForeign) throw misused('--paratimes does not go with --engine cometbft; leave one away')
  const unknown = names.find((name) => !isParatime(name) && !existsSync(name))
  if (unknown !== undefined)
    throw misused(
      `--paratimes names ${unknown}; it can be keyvalue, accounts, a folder that wadi paratime new made, several with commas, or none`,
    )
  const choices: ParatimeChoice[] = []
  for (const name of names) choices.push(isParatime(name) ? name : await loadParatime(name))
  requireDistinct(choices)
  return choices
}

/** They are told apart by names, and by what the network knows them by. */
function requireDistinct(choices: readonly ParatimeChoice[]): void {
  const known = choices.map(paratimeOf)
  for (const [i, { name, id }] of known.entries()) {
    const isTwice = known.slice(0, i).some((one) => one.name === name || equalBytes(one.id, id))
    if (isTwice)
      throw misused(`--paratimes has two with the name or the id of ${name}; leave one away`)
  }
}

function portsOf({ ports }: StartFlags): PortWish {
  if (ports !== 'usual' && ports !== 'any')
    throw misused(`--ports is ${ports}; it can be usual or any`)
  return ports
}

interface Chosen {
  /** What was said: a network that is there has to be that. */
  readonly asked: LocalNetworkOptions
  /** What a new one is. */
  readonly usual: NetworkChoices
}

async function choicesOf({ flags, given }: StartCall): Promise<Chosen> {
  const paratimes = await paratimesOf({ flags, given })
  const usual = {
    paratimes,
    keyManagers: paratimes.length > 0 ? 1 : 0,
    computeNodes: count('compute-nodes', flags['compute-nodes'], COMPUTE_NODES_MAX),
    validators: count('validators', flags.validators, VALIDATORS_MAX),
    epochBlocks: count('epoch-blocks', flags['epoch-blocks'], Number.MAX_SAFE_INTEGER),
    blockMs: flags['block-time'],
  }
  const { computeNodes, validators, epochBlocks, blockMs } = usual
  const asked = {
    ...(given.has('paratimes') && { paratimes }),
    ...(given.has('compute-nodes') && { computeNodes }),
    ...(given.has('validators') && { validators }),
    ...(given.has('epoch-blocks') && { epochBlocks }),
    ...(given.has('block-time') && { blockMs }),
    ...engineOf({ flags, given }),
    workers: 'later',
    processes: flags.processes ? 'each' : 'one',
    ports: portsOf(flags),
  } as const
  return { asked, usual }
}

/** Aborted when somebody asks for the end; who insists gets it at once. */
function endWanted(): AbortSignal {
  const end = new AbortController()
  const stop = () => end.abort()
  const force = () => process.exit(FAILED)
  onStopSignals({ stop, force }, ['SIGTERM', 'SIGINT', 'SIGHUP'])
  // Whoever looked is gone, such as a terminal that was closed.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', stop)
  return end.signal
}

/** Resolves when the network is to end: with what made it fail, or nothing if somebody asked. */
function untilEnded({ failed }: LocalNetwork, wanted: AbortSignal): Promise<unknown> {
  const asked = new Promise<undefined>((resolve) => {
    if (wanted.aborted) resolve(undefined)
    wanted.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  return Promise.race([asked, failed])
}

/** As {@link createNetwork}; undefined if its end is wanted before it is there. */
async function createUnlessEnded(
  wanted: AbortSignal,
  options: LocalNetworkOptions,
  usual: NetworkChoices,
): Promise<LocalNetwork | undefined> {
  try {
    return await createNetwork({ ...options, signal: wanted }, usual)
  } catch (error) {
    if (wanted.aborted && error === wanted.reason) return undefined
    throw error
  }
}

function openFaucetOf({ files, nodes, accounts }: LocalNetwork): Promise<Faucet> {
  const { faucetPort: port, chainContext } = files
  return openFaucet({ port, chainContext, client: nodes[0]!.client, from: accounts.at(-1)! })
}

function movedLines(ports: readonly MovedPort[]): string {
  const lines = ports.map(
    ({ what, from, to }) => `Another program has port ${from}: ${what} is at ${to} now.\n`,
  )
  return lines.join('')
}

interface Shown {
  readonly flags: StartFlags
  readonly from: bigint | undefined
}

function show(network: LocalNetwork, { flags, from }: Shown, { out }: CommandWorld): Watch {
  const { files } = network
  const { isTTY = false, columns = COLUMNS } = process.stdout
  const isJson = wantsJson(flags)
  const form = isJson ? 'json' : isTTY && !flags.plain ? 'picture' : 'lines'
  out.write(isJson ? jsonLine(networkJson(network)) : `${describeNetwork(network)}\n`)
  const screen = { form, columns, write: (s: string) => out.write(s) } as const
  return watchNetwork(network.nodes, screen, {
    title: titleOf(files),
    epochBlocks: files.epochBlocks,
    files,
    from,
    look: { silent: files.engines, paratimes: files.paratimes },
    endpoints: endpointLines(files),
  })
}

/** Begins the network, shows it, and ends it when somebody says so. */
export const start = networkCommand<typeof startFlags>({
  name: 'start',
  summary: 'begin a network, or go on with it, and show it',
  options: startFlags,
  async run({ flags, given }, world) {
    const folder = resolve(flags.folder)
    const pid = processOf(folder)
    if (pid !== undefined)
      throw new UnavailableError(
        'localnet.state',
        `the network in ${folder} runs already (process ${pid}); stop it first`,
      )
    const { asked, usual } = await choicesOf({ flags, given })
    requireUnused(folder)
    if (flags.fresh) forgetNetwork(folder)
    // Of a new network every block is told, of one that goes on those that come.
    const from = existsSync(join(folder, PLAN_NAME)) ? undefined : 1n
    const told = {
      onMoved: (ports: readonly MovedPort[]) => world.err.write(movedLines(ports)),
      onBuild: () => world.err.write('Go builds CometBFT, once; that takes some minutes …\n'),
    }
    // Nobody hears a signal while Go builds: until then it ends the process.
    if (asked.engine === 'cometbft') requireComet({ environment: process.env, ...told })
    const wanted = endWanted()
    const network = await createUnlessEnded(wanted, { folder, ...asked, ...told }, usual)
    if (network === undefined) {
      world.err.write('The network has ended before it had begun. The next start begins it.\n')
      return DONE
    }
    try {
      const faucet = await openFaucetOf(network)
      const watch = show(network, { flags, from }, world)
      const failure = await untilEnded(network, wanted)
      watch.close()
      faucet.close()
      if (failure !== undefined) throw withRemedy(failure)
      world.err.write(
        'The network has ended. It goes on with the next start; --fresh forgets it, but for snapshots.\n',
      )
      return DONE
    } finally {
      await network.stop()
    }
  },
})
