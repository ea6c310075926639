/** `--verify`: what a node says is believed only if headers and proofs show it. */

import { parseHex } from '@wadi/base/bytes'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { processClock } from '@wadi/compose/process-world'
import type { CallTransport } from '@wadi/grpc/call-transport'
import { createLightNode, type LightNode } from '@wadi/sdk/light-node'
import { errors } from '../errors.ts'
import type { Settings } from '../settings.ts'
import { type NodeChoice, wayTo } from './chooseNode.ts'

const POINT = /^(\d{1,18}):([0-9a-f]{64})$/
const CONTEXT = /^[0-9a-f]{64}$/

function required(settings: Settings, key: 'chainContext' | 'witnesses' | 'trust', how: string) {
  const value = settings[key]
  if (value !== undefined && value !== '') return value
  throw errors.missingValue(`--verify needs ${how} in the settings; write a line with it`)
}

/** The nodes that witness. */
export function witnessesOf(settings: Settings): readonly NodeChoice[] {
  const text = required(settings, 'witnesses', 'witnesses: <other nodes, with commas between>')
  return text.split(',').map((target) => wayTo(target.trim(), 'witnesses'))
}

/** The node at the end of the first way, with the others as witnesses. */
export function verifiedNode(settings: Settings, transports: readonly CallTransport[]): LightNode {
  const chainContext = required(settings, 'chainContext', 'chain_context: <that of the network>')
  if (!CONTEXT.test(chainContext))
    throw errors.badValue(`chain_context is ${chainContext}; give 64 hexadecimal digits`)
  const point = required(settings, 'trust', 'trust: <height>:<hash of the block>')
  const [, height, hash] = POINT.exec(point) ?? []
  if (height === undefined || hash === undefined)
    throw errors.badValue(`trust is ${JSON.stringify(point)}; give <height>:<hash of the block>`)
  const trust = { height: BigInt(height), hash: parseHex(hash) }
  const world = { clock: processClock, timers: nodeTimers }
  return createLightNode({ transports, chainContext, trust, ...world })
}
