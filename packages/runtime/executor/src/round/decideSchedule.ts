/** Whether a scheduler whose turn it is makes a batch. */

/** What the decision depends on. */
export interface ScheduleView {
  readonly isWorker: boolean
  /** Have we proposed in this round, or committed to our own proposal? */
  readonly hasScheduled: boolean
  readonly isEpochNext: boolean
  readonly isRuntimeReady: boolean
  /** Is a block made in any case: to resolve a discrepancy, or after a long silence? */
  readonly isForced: boolean
  /** Are there transactions to begin with? */
  readonly hasTransactions: boolean
  /** Results of messages that the last normal round sent. */
  readonly messageResultCount: number
  /** Messages that wait for the runtime. */
  readonly inMessageCount: number
  /** Has the runtime had no normal round since it began? */
  readonly isFirstRound: boolean
}

/** What the scheduler does, and why. */
export type ScheduleDecision =
  | {
      readonly kind: 'schedule'
      readonly why: 'forced' | 'transactions' | 'message-results' | 'incoming-messages' | 'first'
    }
  | {
      readonly kind: 'wait'
      readonly why: 'no-worker' | 'scheduled' | 'epoch-next' | 'no-runtime' | 'nothing-to-do'
    }

/** Makes a batch if it may, and if there is a reason to. */
export function decideSchedule(view: ScheduleView): ScheduleDecision {
  if (view.hasScheduled) return { kind: 'wait', why: 'scheduled' }
  if (!view.isWorker) return { kind: 'wait', why: 'no-worker' }
  if (view.isEpochNext) return { kind: 'wait', why: 'epoch-next' }
  if (!view.isRuntimeReady) return { kind: 'wait', why: 'no-runtime' }
  if (view.isForced) return { kind: 'schedule', why: 'forced' }
  if (view.hasTransactions) return { kind: 'schedule', why: 'transactions' }
  if (view.messageResultCount > 0) return { kind: 'schedule', why: 'message-results' }
  if (view.inMessageCount > 0) return { kind: 'schedule', why: 'incoming-messages' }
  if (view.isFirstRound) return { kind: 'schedule', why: 'first' }
  return { kind: 'wait', why: 'nothing-to-do' }
}
