/** Which node is asked: as the flag, the environment or the settings say, or the local one. */

import { isIP } from 'node:net'
import { UnavailableError } from '@wadi/base/errors'
import type { ChannelTls } from '@wadi/grpc/channel-options'
import type { CommandWorld } from '@wadi/node-config/command'
import { errors } from '../errors.ts'
import { type Settings, settingsPath } from '../settings.ts'
import { findLocalNetwork, type LocalNetwork, localFolder } from './localNetwork.ts'

/** Where a node is, and who said so. */
export interface NodeChoice {
  readonly target: string
  readonly source: string
  readonly tls: ChannelTls | undefined
}

const UNIX = /^unix:./
const TCP = /^(?:\[([0-9a-fA-F:]+)\]|([^:/[\]]+)):\d{1,5}$/
const NO_TLS = undefined
/** A certificate that the machine's authorities signed. */
const USUAL_TLS: ChannelTls = {}

function isHere(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/** A node that somebody names. */
export function wayTo(target: string, source: string): NodeChoice {
  if (UNIX.test(target)) return { target, source, tls: NO_TLS }
  const [, v6, host = v6] = TCP.exec(target) ?? []
  if (host === undefined)
    throw errors.badValue(
      `${source} names the node ${JSON.stringify(target)}; give unix:<path of its socket> or <host>:<port>`,
    )
  return { target, source, tls: isHere(host) ? NO_TLS : USUAL_TLS }
}

function targetsFor(subject: NodeSubject, { targets, paratimeTargets }: LocalNetwork) {
  return subject === 'paratimes' ? [...paratimeTargets, ...targets] : targets
}

/** What a node is asked about: not all nodes of a network know its ParaTimes. */
export type NodeSubject = 'consensus' | 'paratimes'

/** See the top of this file. */
export async function chooseNode(
  flag: string,
  settings: Settings,
  world: Pick<CommandWorld, 'environment'>,
  subject: NodeSubject,
): Promise<NodeChoice> {
  if (flag !== '') return wayTo(flag, '--node')
  const named = world.environment['WADI_NODE']
  if (named !== undefined && named !== '') return wayTo(named, 'WADI_NODE')
  const path = settingsPath(world.environment)
  if (settings.node !== undefined) return wayTo(settings.node, path)
  const folder = localFolder(world)
  const local = await findLocalNetwork(folder)
  const [target] = local?.isRunning === true ? targetsFor(subject, local) : []
  if (target !== undefined) return wayTo(target, `the local network in ${folder}`)
  throw new UnavailableError(
    'wadi.noNode',
    `no node is named, and no local network runs in ${folder}; start one with npm start, or name a node with --node, with WADI_NODE, or with node: in ${path}`,
  )
}
