/** What a runtime that runs here may ask of its node, out of what the node's worker has. */

import { UnavailableError } from '@wadi/base/errors'
import type { TransactionEvent } from '@wadi/consensus/consensus/api'
import type {
  EnclaveCaller,
  EventService,
  NodeIdentity,
  RuntimeServices,
  StateReader,
} from '@wadi/contracts/runtime-services'
import type { Operation } from '@wadi/kv/contract'
import type { ShellStore } from '@wadi/node-storage/shell-store'
import { Turns } from '@wadi/node-storage/turns'
import { SUGGESTION_COUNT_MAX } from '@wadi/runtime-executor/limits'
import type { Ask } from '../chain.ts'
import type { ExecutorShell } from '../executor/executorShell.ts'
import { LOCAL_KEY_SIZE_MAX, LOCAL_VALUE_SIZE_MAX } from '../limits.ts'
import type { RuntimeStore } from '../store/runtimeStore.ts'

/** What the services are made of. */
export interface NodeServicesOptions {
  readonly ask: Ask
  /** States of the consensus layer. */
  readonly consensusState: StateReader
  readonly genesisHeight: bigint
  /** Of this runtime alone. */
  readonly localStorage: ShellStore
  readonly identity: NodeIdentity
  readonly keyManager?: EnclaveCaller
  /** A key manager has neither. */
  readonly store?: RuntimeStore
  readonly pool?: Pick<ExecutorShell, 'fetchBatch'>
}

/** The services of a node. */
export function nodeServices(options: NodeServicesOptions): RuntimeServices {
  const { ask, consensusState, genesisHeight, localStorage, identity } = options
  const { keyManager, store, pool } = options
  const turns = new Turns()
  return {
    consensus: {
      state: inTurns(consensusState, turns),
      lightBlock: (height, signal) => ask('Consensus/GetLightBlock', height, signal),
      validators: (height, signal) => ask('Consensus/GetValidators', height, signal),
      events: (height, service, signal) => eventsAt(ask, { height, service }, signal),
      transactions: (height, signal) => ask('Consensus/GetTransactionsWithProofs', height, signal),
      genesisHeight: () => genesisHeight,
    },
    runtimeState: store && inTurns(readerOf(store), turns),
    localStorage: {
      get: (key) => localStorage.get(checkKey(key)),
      set: (key, value) => {
        const put: Operation = { kind: 'put', key: checkKey(key), value: checkValue(value) }
        return localStorage.write([put])
      },
    },
    keyManager,
    fetchBatch: pool && ((_after, limit) => pool.fetchBatch(Math.min(limit, SUGGESTION_COUNT_MAX))),
    identity,
  }
}

function readerOf(store: RuntimeStore): StateReader {
  return {
    get: (request) => store.get(request),
    getPrefixes: (request) => store.getPrefixes(request),
    iterate: (request) => store.iterate(request),
  }
}

/** Proofs of many keys take long, and a runtime may ask for as many at once as it likes. */
function inTurns(reader: StateReader, turns: Turns): StateReader {
  return {
    get: (request, signal) => reader.get(request, signal),
    getPrefixes: (request, signal) => turns.take(() => reader.getPrefixes(request, signal), signal),
    iterate: (request, signal) => turns.take(() => reader.iterate(request, signal), signal),
  }
}

/** The events of one service at a height, each in a field of its service. */
async function eventsAt(
  ask: Ask,
  { height, service }: { readonly height: bigint; readonly service: EventService },
  signal: AbortSignal,
): Promise<readonly TransactionEvent[]> {
  switch (service) {
    case 'staking': {
      const events = await ask('Staking/GetEvents', height, signal)
      return events.map((staking) => ({ ...NO_EVENT, staking }))
    }
    case 'registry': {
      const events = await ask('Registry/GetEvents', height, signal)
      return events.map((registry) => ({ ...NO_EVENT, registry }))
    }
    case 'roothash': {
      const events = await ask('RootHash/GetEvents', height, signal)
      return events.map((roothash) => ({ ...NO_EVENT, roothash }))
    }
    case 'governance': {
      const events = await ask('Governance/GetEvents', height, signal)
      return events.map((governance) => ({ ...NO_EVENT, governance }))
    }
  }
}

const NO_EVENT: TransactionEvent = {
  staking: undefined,
  registry: undefined,
  roothash: undefined,
  governance: undefined,
}

function checkKey(key: Uint8Array): Uint8Array {
  if (key.length > 0 && key.length <= LOCAL_KEY_SIZE_MAX) return key
  throw refusal(`a key has 1 to ${LOCAL_KEY_SIZE_MAX} bytes`)
}

function checkValue(value: Uint8Array): Uint8Array {
  if (value.length <= LOCAL_VALUE_SIZE_MAX) return value
  throw refusal(`a value has at most ${LOCAL_VALUE_SIZE_MAX} bytes`)
}

function refusal(why: string): UnavailableError {
  return new UnavailableError('workers.localStorage', `the node's local storage: ${why}`)
}
