/** Who carries out calls of a light client: each is verified, or refused by its name. */

import { CodedError } from '@wadi/base/errors'
import type { Timers } from '@wadi/base/timers'
import type { GasQuery, streams } from '@wadi/consensus/consensus/api'
import { apiMethods } from '@wadi/consensus-services/api'
import type { CallOptions } from '@wadi/grpc/channel-options'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Ask, Desk, Watch } from '../tableClient.ts'
import { BlockWatch } from './blockWatch.ts'
import { withinDeadline } from './deadline.ts'
import { epochBlock } from './epochBlock.ts'
import { errors } from './errors.ts'
import { GasEstimates } from './gasEstimates.ts'
import type { LightAnswers } from './lightAnswers.ts'
import { provenBlock } from './lightBlocks.ts'
import { handIn, submitProven } from './lightSubmission.ts'
import { POLL_MS } from './limits.ts'
import type { Provider, Providers } from './providers.ts'

/** What calls are carried out with. */
export interface LightParts {
  readonly answers: LightAnswers
  readonly providers: Providers
  readonly timers: Timers
}

/** What is a node's own affair, although the answers of the services have it. */
const OF_NODES: ReadonlySet<string> = new Set(['Consensus/GetLastRetainedHeight'])

/** The one stream whose items can be verified. */
const WATCH_BLOCKS = 'Consensus/WatchBlocks' satisfies keyof typeof streams

/** A call beside those that the services answer from a view of the chain. */
// biome-ignore lint/suspicious/noExplicitAny: calls of all types in one table
type OwnCall = (request: any, options: CallOptions) => Promise<unknown>

function ownCalls({ answers, providers, timers }: LightParts): Readonly<Record<string, OwnCall>> {
  const { facts } = answers
  const submit = { facts, providers, timers }
  const estimates = new GasEstimates()
  return {
    'Beacon/GetEpochBlock': (epoch: Epoch) => epochBlock(answers, epoch),
    'Beacon/WaitEpoch': (epoch: Epoch, { signal }) => waitEpoch(answers, timers, epoch, signal),
    'Consensus/GetBlock': async (height: bigint) =>
      provenBlock(facts, await answers.heightOf(height)),
    'Consensus/EstimateGas': async (query: GasQuery) =>
      answers.look(await answers.heightOf(0n), (view) => estimates.of(view, query)),
    'Consensus/SubmitTx': async (signed, options) => {
      await submitProven(submit, signed, options)
    },
    'Consensus/SubmitTxWithProof': (signed, options) => submitProven(submit, signed, options),
    'Consensus/SubmitTxNoWait': async (signed, options) => {
      const give = (provider: Provider) => provider.submitTxNoWait(signed, options)
      await handIn(providers, give, options.signal)
    },
    'Consensus/SubmitEvidence': async (offer, options) => {
      const give = (provider: Provider) => provider.submitEvidence(offer, options)
      await handIn(providers, give, options.signal)
    },
  }
}

/** Done when the state says that the epoch has begun, or nobody waits for it any more. */
async function waitEpoch(
  answers: LightAnswers,
  timers: Timers,
  epoch: Epoch,
  signal: AbortSignal | undefined,
): Promise<undefined> {
  const getEpoch = apiMethods['Beacon/GetEpoch']!
  while (signal?.aborted !== true && (await answers.answer(getEpoch, 0n)) < epoch)
    await new Promise<void>((resolve) => {
      timers.after(POLL_MS, resolve)
    })
  return undefined
}

/** Says which call it was that nobody can prove the answer of. */
function named(path: string, error: unknown): unknown {
  const isUnprovable = error instanceof CodedError && error.reason === 'lightNode.notProvable'
  if (!isUnprovable) return error
  return errors.notProvable(error.context === undefined ? path : `${path}, ${error.context}`)
}

/** Verified calls. */
export function lightDesk(parts: LightParts): Desk {
  const own = ownCalls(parts)
  const { answers, providers, timers } = parts
  const askerOf = (path: string): OwnCall | undefined => {
    if (OF_NODES.has(path)) return undefined
    const method = apiMethods[path]
    return own[path] ?? (method && ((request) => answers.answer(method, request)))
  }
  return {
    asking(path): Ask {
      const ask = askerOf(path)
      return async (request, options = {}) => {
        if (ask === undefined) throw errors.notProvable(path)
        try {
          return await withinDeadline(options, timers, (signal) => ask(request, { signal }))
        } catch (error) {
          throw named(path, error)
        }
      }
    },
    watching(path): Watch {
      if (path === WATCH_BLOCKS)
        return (_request, options) =>
          new BlockWatch({ facts: answers.facts, providers, timers }, options)
      return () => {
        throw errors.notProvable(path)
      }
    },
  }
}
