/** The parts of a node that log, and what the reference calls them. */

import { LOG_LEVELS, type LogLevel } from '@wadi/base/log'

/** By the name under which it stands in a line, and in `common.log.level`. */
export const LOG_MODULES: Readonly<Record<string, string>> = {
  abci: 'the socket of an engine elsewhere',
  application: 'the state of the consensus layer, upgrades, pruning, checkpoints',
  archive: 'the chain of an archive node',
  byzantine: 'a node that misbehaves, for tests',
  engine: 'agreement, the mempool, block sync and state sync',
  grpc: 'those who call the node',
  keymanager: 'the secrets of a key manager',
  libp2p: 'the network of the runtimes',
  light: 'light blocks, and a node without a state',
  metrics: 'the page of metrics',
  node: 'the process',
  p2p: "the network of the consensus engine (the reference's name for that of the runtimes)",
  profiles: 'the page of profiles',
  registration: 'registration, and what the node submits by itself',
  replay: 'blocks that are run again at a start',
  runtime: 'runtimes: rounds, storage, and what their programs say',
  sentry: 'the control port of a sentry',
  signer: 'a signer elsewhere',
}

/** What names of the reference stand for here, with all that is below them. */
const OF_REFERENCE: Readonly<Record<string, readonly string[]>> = {
  'abci-mux': ['application'],
  cometbft: ['engine', 'p2p'],
  'cometbft/p2p': ['p2p'],
  'cometbft/pex': ['p2p'],
  consensus: ['engine', 'application'],
  'consensus/p2p': ['light'],
  'consensus/submission': ['registration'],
  'oasis-node': ['node'],
  p2p: ['p2p', 'libp2p'],
  worker: ['runtime', 'registration', 'keymanager', 'sentry'],
  'worker/client': ['runtime'],
  'worker/common': ['runtime'],
  'worker/executor': ['runtime'],
  'worker/keymanager': ['keymanager'],
  'worker/registration': ['registration'],
  'worker/sentry': ['sentry'],
  'worker/storage': ['runtime'],
}

/** What the reference's file has by default, and what is nothing here. */
const WITHOUT_PART: readonly string[] = [
  'cometbft/context',
  'cometbft/db',
  'common/persistent',
  'default',
  'mkvs/db',
]

/** The parts of which a name speaks; undefined if there are none. */
export function logModulesOf(name: string): readonly string[] | undefined {
  for (let path = name; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('/')))) {
    const parts = OF_REFERENCE[path] ?? (path in LOG_MODULES ? [path] : undefined)
    if (parts !== undefined) return parts
  }
  return undefined
}

/** Does a name mean something, here or in the reference? */
export function isLogName(name: string): boolean {
  return WITHOUT_PART.includes(name) || logModulesOf(name) !== undefined
}

const gravityOf = (level: LogLevel) => LOG_LEVELS.indexOf(level)
const depthOf = (name: string) => name.split('/').length

/**
 * The levels of our parts: longer names go before shorter ones, and ours before others. Where
 * several of one length mean the same part, the chattiest wins.
 */
export function logLevelsOf(
  said: ReadonlyMap<string, LogLevel>,
): Readonly<Record<string, LogLevel>> {
  // `p2p` is a name of both: of what it means there, the own name says more.
  const isOwn = (name: string) => name in LOG_MODULES && OF_REFERENCE[name] === undefined
  const weightOf = (name: string) => (isOwn(name) ? Number.MAX_SAFE_INTEGER : depthOf(name))
  const entries = [...said].filter(([name]) => !WITHOUT_PART.includes(name))
  const ordered = entries.toSorted(
    ([a, first], [b, second]) => weightOf(a) - weightOf(b) || gravityOf(second) - gravityOf(first),
  )
  const levels = new Map<string, LogLevel>()
  for (const [name, level] of ordered)
    for (const part of logModulesOf(name) ?? []) levels.set(part, level)
  return Object.fromEntries(levels)
}

/** The table of the reference page. */
export function documentLogModules(): string {
  const rows = Object.entries(LOG_MODULES).map(([name, what]) => {
    const others = Object.entries(OF_REFERENCE)
      .filter(([other, parts]) => other !== name && parts.includes(name))
      .map(([other]) => `\`${other}\``)
    return `| \`${name}\` | ${what} | ${others.join(', ')} |`
  })
  return ['| module | what | also by the names of oasis-node |', '|---|---|---|', ...rows].join(
    '\n',
  )
}
