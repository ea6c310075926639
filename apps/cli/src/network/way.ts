/** A way to a node, on which people are told what is waited for. */

import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { processClock } from '@wadi/compose/process-world'
import type { CallTransport } from '@wadi/grpc/call-transport'
import { Channel } from '@wadi/grpc/channel'
import type { WadiWorld } from '../command/wadiCommand.ts'
import type { NodeChoice } from './chooseNode.ts'

/** See the top of this file. */
export interface Way extends CallTransport {
  close(): void
}

/** Opens it. Nothing is asked before the first call. */
export function openWay(
  { target, tls }: NodeChoice,
  { progress }: Pick<WadiWorld, 'progress'>,
): Way {
  const world = { clock: processClock, timers: nodeTimers }
  const channel = new Channel({ target, ...(tls && { tls }), ...world })
  return {
    unary: (path, request, options) =>
      progress.during(`Waiting for the node at ${target}`, channel.unary(path, request, options)),
    stream: (path, request, options) => channel.stream(path, request, options),
    close: () => channel.close(),
  }
}
