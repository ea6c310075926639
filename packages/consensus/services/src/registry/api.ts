/** What the registry answers. */

import { calls } from '@wadi/consensus/registry/api'
import { errors } from '@wadi/consensus/registry/errors'
import { Event } from '@wadi/consensus/registry/events'
import type { Node } from '@wadi/primitives/node'
import { VALIDATOR_ADDRESS_SIZE } from '@wadi/tendermint/validatorAddress'
import { epochOf } from '../beacon/queries.ts'
import { type ApiMethods, answering } from '../kernel/api.ts'
import { eventReader, eventsOfBlock } from '../kernel/apiEvents.ts'
import type { ReadableState } from '../kernel/state.ts'
import { exportGenesis } from './genesis.ts'
import {
  allRuntimesOf,
  anyRuntimeOf,
  entitiesOf,
  entityOf,
  isExpired,
  nodeByCometAddress,
  nodeOf,
  nodeStatusOf,
  nodesOf,
  parametersOf,
  runtimeOf,
  runtimesOf,
} from './queries.ts'

/** The registry's events, as calls answer them. */
export const readEvents = eventReader('oasis_event_200_registry', Event, {
  runtime_started: (runtimeStarted) => ({ runtimeStarted }),
  runtime_suspended: (runtimeSuspended) => ({ runtimeSuspended }),
  entity: (entity) => ({ entity }),
  node: (node) => ({ node }),
  node_unfrozen: (nodeUnfrozen) => ({ nodeUnfrozen }),
})

function existing<T>(found: T | undefined, refuse: () => Error): T {
  if (found === undefined) throw refuse()
  return found
}

function isCurrent(state: ReadableState): (node: Node) => boolean {
  const epoch = epochOf(state)
  return (node) => !isExpired(node, epoch)
}

export const methods: ApiMethods = answering(calls, {
  'Registry/GetEntity': ({ state }, { id }) => existing(entityOf(state, id), errors.noSuchEntity),
  'Registry/GetEntities': ({ state }) => entitiesOf(state),
  'Registry/GetNode': ({ state }, { id }) => {
    const node = existing(nodeOf(state, id), errors.noSuchNode)
    if (!isCurrent(state)(node)) throw errors.noSuchNode()
    return node
  },
  // COMPAT(oasis-core): this way one finds expired nodes, too.
  'Registry/GetNodeByConsensusAddress': ({ state }, { address }) => {
    const isName = address.length === VALIDATOR_ADDRESS_SIZE
    return existing(isName ? nodeByCometAddress(state, address) : undefined, errors.noSuchNode)
  },
  'Registry/GetNodeStatus': ({ state }, { id }) =>
    existing(nodeStatusOf(state, id), errors.noSuchNode),
  'Registry/GetNodes': ({ state }) => nodesOf(state).filter(isCurrent(state)),
  'Registry/GetRuntime': ({ state }, { id, includeSuspended }) => {
    const find = includeSuspended ? anyRuntimeOf : runtimeOf
    return existing(find(state, id), errors.noSuchRuntime)
  },
  'Registry/GetRuntimes': ({ state }, { includeSuspended }) =>
    includeSuspended ? allRuntimesOf(state) : runtimesOf(state),
  'Registry/StateToGenesis': ({ state }) => exportGenesis(state),
  'Registry/GetEvents': ({ block, height }) => eventsOfBlock(readEvents, block, height),
  'Registry/ConsensusParameters': ({ state }) => parametersOf(state),
})
