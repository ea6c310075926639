/** A node's calls as functions, with the types of their tables. What it answers is believed. */

import { debugCalls } from '@wadi/consensus/control/api'
import type { CallTransport } from '@wadi/grpc/call-transport'
import { nodeCalls, nodeStreams } from './nodeTables.ts'
import { createTableClient, type TableClient } from './tableClient.ts'
import { transportDesk } from './transportDesk.ts'

/** Every call and stream: `client.staking.account({ height, owner })`. */
export type NodeClient = TableClient<typeof nodeCalls & typeof nodeStreams>

/** A client of the node at the other end. */
export function createNodeClient(transport: CallTransport): NodeClient {
  return createTableClient(transportDesk(transport), nodeCalls, nodeStreams)
}

/** What a node answers only where tests are run. */
export type DebugClient = TableClient<typeof debugCalls>

/** A client for setting epochs and the like. */
export function createDebugClient(transport: CallTransport): DebugClient {
  return createTableClient(transportDesk(transport), debugCalls, {})
}
