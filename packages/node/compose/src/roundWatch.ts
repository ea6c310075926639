/**
 * Tells the log how the rounds of runtimes go wrong. Rules do not log: what happens is seen by what
 * roothash finds when a block ends, what it tells, and what it leaves.
 */

import type { Logger } from '@wadi/base/log'
import { decode } from '@wadi/cbor/codec'
import type { RuntimeState } from '@wadi/consensus/roothash'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import { ExecutionDiscrepancyEvent } from '@wadi/consensus/roothash/events'
import * as keys from '@wadi/consensus/roothash/keys'
import { type Context, currentHeight } from '@wadi/consensus-services/kernel/context'
import type { BlockEvent } from '@wadi/consensus-services/kernel/events'
import type { Service } from '@wadi/consensus-services/kernel/service'
import { type ReadableState, read, valuesOf } from '@wadi/consensus-services/kernel/state'
import { logEvents } from '@wadi/contracts/log-events'
import { Namespace } from '@wadi/primitives/namespace'
import { processCommitments } from '@wadi/runtime-protocol/commitments/processCommitments'

const ROOTHASH = '999_roothash'

/**
 * The services, with roothash watched. COMPAT(oasis-core): each time that a block is run is told,
 * also if it is proposed only.
 */
export function watchRounds(services: readonly Service[], log: Logger): readonly Service[] {
  return services.map((service) => (service.name === ROOTHASH ? watched(service, log) : service))
}

function watched(service: Service, log: Logger): Service {
  return {
    ...service,
    endBlock: (ctx) => {
      const toldBefore = ctx.events.length
      for (const runtime of runtimesOutOfTime(ctx)) {
        const log_event = logEvents.timerFired
        log.warn('the time of a round is over, and it is decided', { runtime, log_event })
      }
      const updates = service.endBlock?.(ctx)
      for (const event of ctx.events.slice(toldBefore)) tell(event, ctx.state, log)
      return updates
    },
  }
}

/**
 * The runtimes whose round is decided by the time alone: without it the commitments that there are
 * would have it wait on. What they already decide is decided before anybody looks at the time.
 */
function* runtimesOutOfTime(ctx: Context): Generator<Namespace> {
  for (const runtime of valuesOf(ctx.state, keys.roundTimeouts, currentHeight(ctx))) {
    const { commitmentPool: pool, committee, runtime: descriptor } = standing(ctx.state, runtime)
    if (pool === undefined || committee === undefined || descriptor === undefined) continue
    const limits = { allowedStragglers: descriptor.executor.allowedStragglers, isTimeout: false }
    if (processCommitments(pool, committee, limits).decision.kind === 'waiting') yield runtime
  }
}

function standing(state: ReadableState, runtime: Namespace): Partial<RuntimeState> {
  return read(state, keys.runtimeStates, runtime) ?? {}
}

function tell({ attributes: [event, of] }: BlockEvent, state: ReadableState, log: Logger): void {
  if (event === undefined || of === undefined) return
  if (event.key === 'execution_discrepancy') {
    const runtime = Namespace.check(of.value)
    const facts = decode(ExecutionDiscrepancyEvent, event.value)
    const log_event = logEvents.executionDiscrepancy
    log.warn('the workers of a round disagree, or are late', { runtime, ...facts, log_event })
  } else if (event.key === 'finalized') {
    const runtime = Namespace.check(of.value)
    const { header } = standing(state, runtime).lastBlock ?? {}
    if (header?.headerType !== HEADER_TYPES.roundFailed) return
    const { round } = header
    log.debug('a round has no result', { runtime, round, log_event: logEvents.roundFailed })
  }
}
