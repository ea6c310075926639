/**
 * Ports are looked at whenever a network begins: those that another program has meanwhile are
 * replaced, in `network.json` and in the configurations, of which everything else stays as it is.
 * What nodes say of themselves to others follows when they register the next time.
 */

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PortChooser, type PortWish } from '@wadi/compose/free-ports'
import { type NetworkFiles, type Plan, printPlan, readPlan } from './networkFiles.ts'
import { nextOf, PLAN_NAME } from './networkPlaces.ts'

/** A port that is another one now. */
export interface MovedPort {
  /** Whose it is, in words. */
  readonly what: string
  readonly from: number
  readonly to: number
}

type Moves = ReadonlyMap<number, number>

const PRIVATE_MODE = 0o600
/** Where a configuration names a port: addresses of this machine, and what it listens at. */
const PORT = /(127\.0\.0\.1:|^ +port: )(\d+)\b/gm

function write(path: string, text: string): void {
  const next = nextOf(path)
  writeFileSync(next, text, { mode: PRIVATE_MODE })
  renameSync(next, path)
}

/** A configuration, with ports in place of others. */
export function withPorts(text: string, moves: Moves): string {
  return text.replace(PORT, (_, before: string, port: string) => {
    return `${before}${moves.get(Number(port)) ?? port}`
  })
}

function portsOf(plan: Plan, { nodes, engines }: NetworkFiles): Omit<MovedPort, 'to'>[] {
  const { ports, workerPorts = [], enginePorts = [], faucetPort } = plan
  const own = [...ports, ...workerPorts].flatMap(({ p2p, api }, i) => {
    const { name } = nodes[i]!
    const libp2p = workerPorts[i - ports.length]?.libp2p
    return [
      { what: `what peers of ${name} call`, from: p2p },
      { what: `gRPC-web of ${name}`, from: api },
      ...(libp2p === undefined ? [] : [{ what: `P2P of ${name}`, from: libp2p }]),
    ]
  })
  const theirs = enginePorts.flatMap(({ p2p, rpc }, i) => {
    const { name } = engines[i]!
    return [
      { what: `what peers of ${name} call`, from: p2p },
      { what: `RPC of ${name}`, from: rpc },
    ]
  })
  return [...own, ...theirs, { what: 'the faucet', from: faucetPort }]
}

function withMoves(plan: Plan, moves: Moves): Plan {
  const to = (port: number) => moves.get(port) ?? port
  const { ports, enginePorts, workerPorts, faucetPort } = plan
  return {
    ...plan,
    ports: ports.map(({ p2p, api }) => ({ p2p: to(p2p), api: to(api) })),
    ...(enginePorts && {
      enginePorts: enginePorts.map(({ p2p, rpc }) => ({ p2p: to(p2p), rpc: to(rpc) })),
    }),
    ...(workerPorts && {
      workerPorts: workerPorts.map(({ p2p, libp2p, api }) => {
        return { p2p: to(p2p), libp2p: to(libp2p), api: to(api) }
      }),
    }),
    faucetPort: to(faucetPort),
  }
}

/** Writes what is moved into the configurations, and then that nothing is to be moved any more. */
function finish(path: string, { moved = [], ...plan }: Plan, { nodes }: NetworkFiles): void {
  const moves = new Map(moved)
  for (const { configPath } of nodes)
    if (existsSync(configPath))
      write(configPath, withPorts(readFileSync(configPath, 'utf8'), moves))
  write(path, printPlan(plan))
}

/** Has another program one of the ports of a network that does not run? */
export async function isPortLost(files: NetworkFiles): Promise<boolean> {
  const chooser = new PortChooser('usual')
  const { length } = await lostPorts(readPlan(join(files.folder, PLAN_NAME)), files, chooser)
  return length > 0
}

async function lostPorts(plan: Plan, files: NetworkFiles, chooser: PortChooser) {
  const lost: Omit<MovedPort, 'to'>[] = []
  for (const port of portsOf(plan, files)) if (!(await chooser.take(port.from))) lost.push(port)
  return lost
}

/** Replaces the ports of a network that does not run which are not free. */
export async function movePorts(
  files: NetworkFiles,
  wish: PortWish = 'usual',
): Promise<readonly MovedPort[]> {
  const path = join(files.folder, PLAN_NAME)
  const begun = readPlan(path)
  // A process that did this has ended in the middle.
  if (begun.moved !== undefined) finish(path, begun, files)
  const plan = readPlan(path)
  const chooser = new PortChooser(wish)
  const lost = await lostPorts(plan, files, chooser)
  if (lost.length === 0) return []
  const moves: MovedPort[] = []
  for (const port of lost) moves.push({ ...port, to: await chooser.choose(port.from) })
  const moved = moves.map(({ from, to }) => [from, to] as const)
  const next = { ...withMoves(plan, new Map(moved)), moved }
  write(path, printPlan(next))
  finish(path, next, files)
  return moves
}
