/** What is told of entities, nodes and runtimes. */

import { compareBytes } from '@wadi/base/bytes'
import { calls, type NodeList, streams } from '@wadi/consensus/registry/api'
import { NODE_LIST_EPOCH } from '@wadi/consensus/registry/events'
import type { ApiView } from '@wadi/consensus-services/kernel/api'
import { askState } from '../answers/stateAnswers.ts'
import { valuesTold } from './blockBodies.ts'
import { type Topics, telling, toAll } from './topic.ts'

function eventsOf(view: ApiView) {
  return askState(view, calls, 'Registry/GetEvents', view.height)
}

function nodeListOf(view: ApiView): NodeList {
  const nodes = askState(view, calls, 'Registry/GetNodes', view.height)
  return { nodes: nodes.toSorted((a, b) => compareBytes(a.id, b.id)) }
}

export const registryTopics: Topics = telling(streams, {
  'Registry/WatchEntities': {
    told: (view) => toAll(eventsOf(view).map(({ entity }) => entity)),
  },
  'Registry/WatchNodes': {
    told: (view) => toAll(eventsOf(view).map(({ node }) => node)),
  },
  'Registry/WatchNodeList': {
    first: (view) => [nodeListOf(view)],
    *told(view) {
      const type = 'oasis_event_200_registry'
      for (const _ of valuesTold(view.block, type, NODE_LIST_EPOCH))
        yield { item: nodeListOf(view) }
    },
  },
  'Registry/WatchRuntimes': {
    first: (view) => {
      const request = { height: view.height, includeSuspended: true }
      return askState(view, calls, 'Registry/GetRuntimes', request)
    },
    told: (view) => toAll(eventsOf(view).map(({ runtimeStarted }) => runtimeStarted?.runtime)),
  },
  'Registry/WatchEvents': { told: (view) => toAll(eventsOf(view)) },
})
