/**
 * Where a node is called: the operator's socket, which has everything, and, for others, a port
 * that has nothing by which the node could be told what to do.
 */

import type { Clock } from '@wadi/base/clock'
import type { Logger } from '@wadi/base/log'
import type { MetricsRegistry } from '@wadi/base/metrics'
import type { Timers } from '@wadi/base/timers'
import { CALLS_MAX } from '@wadi/grpc/limits'
import { countServers } from '@wadi/grpc/metrics'
import { GrpcServer } from '@wadi/grpc/server'
import type { ListenAddress } from '@wadi/grpc/server-options'
import { callerName } from '@wadi/node-api/caller-name'
import { debugServices, nodeServices, publicServices } from '@wadi/node-api/grpc-services'
import type { NodeApi } from '@wadi/node-api/node-api'
import { CALLER_PART } from './limits.ts'
import { ownShares } from './socketShares.ts'

/** A port where others than the operator call. */
export type PublicAddress = Extract<ListenAddress, { readonly kind: 'tcp' }>

/** Where a node is called, and by whom. */
export interface NodeApiServerOptions {
  readonly api: NodeApi
  readonly socketPath: string
  /** Where others may call; nowhere if it is missing. */
  readonly public?: PublicAddress | undefined
  /** `served`: with what is for tests only, on the socket. */
  readonly debug: 'served' | 'hidden'
  readonly world: {
    readonly clock: Clock
    readonly timers: Timers
    readonly metrics: MetricsRegistry
    readonly logger: (module: string) => Logger
  }
  /** Is told of what is a fault of ours. */
  readonly onFailure: (error: unknown) => void
}

/** A node that can be called. */
export interface NodeApiServer {
  /** Where others call; undefined if they cannot. */
  readonly publicPort: number | undefined
  /** Ends streams at once; other calls may go on for so long. */
  close(graceMs: number): Promise<void>
}

/** Begins to listen. */
export async function serveNodeApi(options: NodeApiServerOptions): Promise<NodeApiServer> {
  const { api, socketPath, world, debug, onFailure } = options
  const { clock, timers } = world
  const observer = countServers(world.metrics)
  const limits = { connections: ownShares().callers }
  const shared = { clock, timers, observer, onFailure, limits, logger: world.logger('grpc') }
  const own = await GrpcServer.listen({
    ...shared,
    listen: { kind: 'unix', path: socketPath },
    implementations: [...nodeServices(api), ...(debug === 'served' ? debugServices(api) : [])],
  })
  if (options.public === undefined)
    return { publicPort: undefined, close: (graceMs) => own.close(graceMs) }
  try {
    const open = await GrpcServer.listen({
      ...shared,
      listen: options.public,
      implementations: publicServices(api),
      callers: {
        nameOf: callerName,
        connectionsMax: Math.ceil(limits.connections / CALLER_PART),
        callsMax: CALLS_MAX / CALLER_PART,
      },
    })
    return {
      publicPort: open.port,
      close: async (graceMs) => {
        await Promise.all([own.close(graceMs), open.close(graceMs)])
      },
    }
  } catch (error) {
    await own.close(0)
    throw error
  }
}
