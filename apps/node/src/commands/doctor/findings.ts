/** From facts to what is wrong, in words. Nothing here asks anybody. */

import type { ChainFacts, Facts, MachineFacts, SyncFacts, UpgradeFacts } from './facts.ts'
import type { Finding } from './finding.ts'
import { CLOCK_OFF_SECONDS_MAX, DISK_FREE_BYTES_MIN } from './limits.ts'
import { keeperFindings, runtimeFindings } from './runtimeFindings.ts'
import { refusalFindings, serviceFindings } from './serviceFindings.ts'
import { standingFindings } from './standingFindings.ts'

const OUTSIDE: ReadonlySet<string> = new Set([
  'no-owner',
  'owner-unknown',
  'owner-does-not-vouch',
  'not-registered',
  'expired',
  'frozen',
  'stake-too-low',
])
const GIB = 1_073_741_824n
const SECONDS_PER_DAY = 86_400n
const SECONDS_PER_HOUR = 3_600n
const SECONDS_PER_MINUTE = 60n

/** What is wrong, the most urgent first; nothing if the node is well. */
export function diagnose({ machine, node }: Facts): readonly Finding[] {
  const own = machineFindings(machine)
  if (node.kind === 'away') return [awayFinding(node), ...own]
  if (node.kind === 'seed') return own
  const { sync, chain } = node
  const found = sync === undefined ? [noChain()] : syncFindings(sync, machine.now)
  if (chain === undefined) return [...found, ...own]
  const upgrades = chain.upgrades.flatMap((one) => upgradeFindings(one, chain.epoch))
  const isSynced = sync?.isSynced === true
  return [...found, ...upgrades, ...(isSynced ? servingFindings(chain) : []), ...own]
}

/** What keeps a node that has caught up from what it is there for. */
function servingFindings(chain: ChainFacts): readonly Finding[] {
  const { runtimes, keeper, registration, election, epoch } = chain
  const refused = runtimes.flatMap(refusalFindings)
  const missing = [
    ...runtimes.flatMap(runtimeFindings),
    ...(keeper === undefined ? [] : keeperFindings(keeper)),
  ]
  const before = [...refused, ...missing]
  const standing = standingFindings(chain, before.length > 0)
  if (registration === undefined || standing.some(isOutside)) return [...standing, ...before]
  const { eligibleAfter } = registration
  const place = { epoch, eligibleAfter, usesProofs: election?.usesProofs === true }
  const services = runtimes.flatMap((runtime) => serviceFindings(runtime, place))
  return [...standing, ...before, ...services]
}

/** Whoever is not in the registry, frozen or without stake is elected nowhere. */
function isOutside({ id }: Finding): boolean {
  return OUTSIDE.has(id)
}

function awayFinding({ target, why }: { readonly target: string; readonly why: string }): Finding {
  return {
    id: 'not-reachable',
    what: `no node answers at ${target}`,
    why,
    next: 'start the node, or name its socket with --address unix:<data folder>/internal.sock; its log says why it ended',
  }
}

function noChain(): Finding {
  return {
    id: 'no-chain',
    what: 'the node says nothing of the consensus layer',
    why: 'it has only just begun, or is no node of this network',
    next: 'ask again in a minute',
  }
}

/** So long, in the unit that fits. */
export function spanText(seconds: bigint): string {
  if (seconds >= 2n * SECONDS_PER_DAY) return `${seconds / SECONDS_PER_DAY} days`
  if (seconds >= 2n * SECONDS_PER_HOUR) return `${seconds / SECONDS_PER_HOUR} hours`
  if (seconds >= 2n * SECONDS_PER_MINUTE) return `${seconds / SECONDS_PER_MINUTE} minutes`
  return `${seconds} seconds`
}

function behindFinding({ height, blockTime, peers }: SyncFacts, now: bigint): Finding {
  const age = now - blockTime
  const hasBlock = height > 0n
  const peersText = peers === undefined ? [] : [`it has ${peers} peers`]
  const why = hasBlock
    ? [`its last block is ${spanText(age < 0n ? 0n : age)} old`, ...peersText].join(', and ')
    : ['the network has not begun, or nobody has sent one', ...peersText].join('; ')
  return {
    id: 'syncing',
    what: hasBlock
      ? `the node is at height ${height} and has not caught up`
      : 'the node has no block yet',
    why,
    next:
      peers === 0
        ? 'give it peers first'
        : 'wait: control wait-sync ends when it has a block less than a minute old; ' +
          'consensus.state_sync takes a state instead of all blocks, ' +
          'and where the clock of this machine is fast no block is young enough',
  }
}

function syncFindings(sync: SyncFacts, now: bigint): readonly Finding[] {
  const { isSynced, height, blockTime, peers } = sync
  const found: Finding[] = isSynced ? [] : [behindFinding(sync, now)]
  const age = now - blockTime
  // Who has no peers and fresh blocks makes them alone.
  if (peers === 0 && (!isSynced || age > CLOCK_OFF_SECONDS_MAX))
    found.push({
      id: 'no-peers',
      what: 'the node has no peers',
      why: 'it knows none, or nobody it knows can be reached',
      next:
        'name seeds in p2p.seeds or peers in consensus.p2p.persistent_peers, ' +
        'and see that the firewall lets the port of consensus.listen_address through',
    })
  // Where the first block is still to come, how old the last one is says nothing.
  return height === 0n ? found : [...found, ...clockFindings(sync, age)]
}

function clockFindings({ isSynced, height, nextBlock }: SyncFacts, age: bigint): Finding[] {
  const clock = (off: bigint, direction: string, why: string): Finding => ({
    id: 'clock',
    what: `the clock of this machine is about ${spanText(off)} ${direction}`,
    why,
    next: 'let it be set by NTP (timedatectl set-ntp true): votes of a node with a wrong clock are late or not taken',
  })
  if (age < -CLOCK_OFF_SECONDS_MAX)
    return [clock(-age, 'slow', `block ${height} is from the future, as it goes`)]
  if (age <= CLOCK_OFF_SECONDS_MAX || nextBlock === undefined) return []
  if (nextBlock === 'came')
    // Who catches up gets old blocks.
    return !isSynced
      ? []
      : [clock(age, 'fast', 'blocks come, and each of them looks old when it does')]
  return [
    {
      id: 'no-blocks',
      what: `there is no block after ${height} for ${spanText(age)}`,
      why: 'the network does not agree, or the node does not hear of it',
      next: 'see with others whether the network stands; if it does not, look for peers in control status and restart the node',
    },
  ]
}

function upgradeFindings(upgrade: UpgradeFacts, epoch: bigint): readonly Finding[] {
  const { handler, needed, spoken, epoch: at } = upgrade
  // COMPAT(oasis-core): versions of one major number go together.
  if (needed.major === spoken.major) return []
  const versions = [needed, spoken].map(({ major, minor, patch }) => `${major}.${minor}.${patch}`)
  return [
    {
      id: 'upgrade',
      what: `the node cannot follow the upgrade ${handler} in epoch ${at}`,
      why: `the network then speaks consensus protocol ${versions[0]}, this version ${versions[1]}`,
      next: `install the release for it; now it is epoch ${epoch}, and the node ends when the other one begins`,
    },
  ]
}

function gibText(bytes: bigint): string {
  const hundredths = String((bytes * 100n) / GIB).padStart(3, '0')
  return `${hundredths.slice(0, -2)}.${hundredths.slice(-2)} GiB`
}

function machineFindings({ folder }: MachineFacts): readonly Finding[] {
  if (folder === undefined) return []
  const found: Finding[] = folder.loose.map(({ path, mode }) => ({
    id: 'loose-permissions',
    what: `${path} is not for its owner only`,
    why: `its permissions are ${mode.toString(8).padStart(4, '0')}, and what is in it is secret`,
    next:
      `chmod ${path === folder.path ? '700' : '600'} ${path}; ` +
      'if others could read it, make new keys',
  }))
  const { freeBytes, path } = folder
  if (freeBytes < DISK_FREE_BYTES_MIN)
    found.push({
      id: 'disk',
      what: `the disk of ${path} has ${gibText(freeBytes)} left`,
      why: 'a node whose disk is full stops',
      next: 'make room, or let the node keep less with consensus.prune.strategy keep_n',
    })
  return found
}
