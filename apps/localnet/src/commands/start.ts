import { resolve } from 'node:path'
import { UnavailableError } from '@wadi/base/errors'
import { onStopSignals } from '@wadi/node/stop-signals'
import {
  type Call,
  type CommandWorld,
  command,
  type Flags,
  type FlagsOf,
} from '@wadi/node-config/command'
import {
  createNetwork,
  type LocalNetwork,
  type LocalNetworkOptions,
  USUAL_NETWORK,
} from '../createNetwork.ts'
import { describeNetwork, endpointLines } from '../describeNetwork.ts'
import { type Faucet, openFaucet } from '../faucet.ts'
import { jsonLine } from '../json.ts'
import { VALIDATORS_MAX } from '../limits.ts'
import { type EngineKind, forgetNetwork } from '../networkFiles.ts'
import { networkFlags } from '../networkFlags.ts'
import { networkJson } from '../networkJson.ts'
import { markRunning, processOf } from '../runMark.ts'
import { type Watch, watchNetwork } from '../view/watch.ts'
import { wantsJson } from './answer.ts'

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
  fresh: { kind: 'boolean', doc: 'forget the network that is there', fallback: false },
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

function choicesOf({ flags, given }: StartCall): LocalNetworkOptions {
  return {
    validators: count('validators', flags.validators, VALIDATORS_MAX),
    epochBlocks: count('epoch-blocks', flags['epoch-blocks'], Number.MAX_SAFE_INTEGER),
    blockMs: flags['block-time'],
    processes: flags.processes ? 'each' : 'one',
    ...engineOf({ flags, given }),
  }
}

/** Resolves when the network is to end: with what made it fail, or nothing if somebody asked. */
function untilEnded(network: LocalNetwork): Promise<unknown> {
  const asked = new Promise<undefined>((resolve) => {
    onStopSignals({ stop: () => resolve(undefined), force: () => process.exit(FAILED) })
  })
  return Promise.race([asked, network.failed])
}

function openFaucetOf({ files, nodes, accounts }: LocalNetwork): Promise<Faucet> {
  const { faucetPort: port, chainContext } = files
  return openFaucet({ port, chainContext, client: nodes[0]!.client, from: accounts.at(-1)! })
}

function show(network: LocalNetwork, flags: StartFlags, { out }: CommandWorld): Watch {
  const { isTTY = false, columns = COLUMNS } = process.stdout
  const isJson = wantsJson(flags)
  const form = isJson ? 'json' : isTTY && !flags.plain ? 'picture' : 'lines'
  out.write(isJson ? jsonLine(networkJson(network)) : `${describeNetwork(network)}\n`)
  const screen = { form, columns, write: (s: string) => out.write(s) } as const
  return watchNetwork(network.nodes, screen, {
    title: `Wadi · ${network.files.validators} validators · Ctrl-C ends it`,
    epochBlocks: network.files.epochBlocks,
    silent: network.files.engines,
    endpoints: endpointLines(network.files),
  })
}

/** Begins the network, shows it, and ends it when somebody says so. */
export const start = command<typeof startFlags>({
  name: 'start',
  summary: 'begin a network, or go on with it, and show it',
  options: startFlags,
  async run({ flags, given }, world) {
    wantsJson(flags)
    const folder = resolve(flags.folder)
    const pid = processOf(folder)
    if (pid !== undefined)
      throw new UnavailableError(
        'localnet.usage',
        `the network in ${folder} runs already (process ${pid}); stop it first`,
      )
    const choices = choicesOf({ flags, given })
    if (flags.fresh) forgetNetwork(folder)
    const network = await createNetwork({
      folder,
      ...choices,
      onBuild: () => world.err.write('Go builds CometBFT, once; that takes some minutes …\n'),
    })
    const unmark = markRunning(folder)
    try {
      const faucet = await openFaucetOf(network)
      const watch = show(network, flags, world)
      const failure = await untilEnded(network)
      watch.close()
      faucet.close()
      if (failure !== undefined) throw failure
      world.err.write(
        'The network has ended. It goes on with the next start; --fresh forgets it.\n',
      )
      return DONE
    } finally {
      unmark()
      await network.stop()
    }
  },
})
