/** How the files that a process may have open are divided: callers leave the disk what it needs. */

import { openFilesMax, socketsWithin } from '@wadi/comet-p2p/open-files'
import { CONNECTIONS_MAX } from '@wadi/grpc/limits'
import { CALLERS_PART } from './limits.ts'

/** Listeners at which a node is called: its operator's, and the one for everybody. */
const LISTENERS = 2

/** So many sockets each may have at a time. */
export interface SocketShares {
  /** Those who call, at each listener. */
  readonly callers: number
  /** Peers and whoever would be one; undefined: as many as the network wants. */
  readonly peers: number | undefined
}

/** The shares of a process that may have so many files open; undefined if nobody limits it. */
export function sharesOf(filesMax: number | undefined): SocketShares {
  if (filesMax === undefined) return { callers: CONNECTIONS_MAX, peers: undefined }
  const callers = Math.min(CONNECTIONS_MAX, Math.floor(filesMax / CALLERS_PART))
  return { callers, peers: socketsWithin(filesMax - LISTENERS * callers) }
}

/** The shares of this process. */
export function ownShares(): SocketShares {
  return sharesOf(openFilesMax())
}
