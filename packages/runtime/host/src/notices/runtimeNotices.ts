/** What a runtime is told without asking: each topic by itself, and only the newest of it. */

import { isTold } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { Timers } from '@wadi/base/timers'
import type { Status } from '@wadi/consensus/keymanager'
import type { QuotePolicy } from '@wadi/consensus/registry/quotePolicy'
import type { HostedRuntime, RuntimeRequestKind } from '@wadi/contracts/runtime-host'
import type { Request } from '@wadi/runtime-protocol/runtime'
import { NOTICE_MS, STATUS_RETRY_MS, STATUS_TRIES_MAX } from '../limits.ts'
import { NewestOnly } from './newestOnly.ts'

/** What notices are told with. */
export interface NoticeWorld {
  readonly timers: Timers
  readonly log: Logger
  readonly onBug: (error: unknown) => void
}

type Notice =
  | Request<'RuntimeConsensusSyncRequest'>
  | Request<'RuntimeKeyManagerStatusUpdateRequest'>
  | Request<'RuntimeKeyManagerQuotePolicyUpdateRequest'>

/** A runtime that starts has forgotten what it was told about the key manager: it is told again. */
export class RuntimeNotices {
  readonly #runtime: HostedRuntime
  readonly #world: NoticeWorld
  readonly #heights: NewestOnly<bigint>
  readonly #statuses: NewestOnly<Status>
  readonly #policies: NewestOnly<QuotePolicy>
  readonly #unwatch: () => void
  #status: Status | undefined
  #policy: QuotePolicy | undefined
  #isOver = false

  constructor(runtime: HostedRuntime, world: NoticeWorld) {
    const { onBug } = world
    this.#runtime = runtime
    this.#world = world
    this.#heights = new NewestOnly(async (height) => {
      await this.#tell({ kind: 'RuntimeConsensusSyncRequest', body: { height } })
    }, onBug)
    this.#statuses = new NewestOnly(async (status, isNewest) => {
      const notice = { kind: 'RuntimeKeyManagerStatusUpdateRequest', body: { status } } as const
      await this.#insist(notice, isNewest)
    }, onBug)
    this.#policies = new NewestOnly(async (policy, isNewest) => {
      const notice = {
        kind: 'RuntimeKeyManagerQuotePolicyUpdateRequest',
        body: { policy },
      } as const
      await this.#insist(notice, isNewest)
    }, onBug)
    this.#unwatch = runtime.watch(({ kind }) => {
      if (kind === 'started' || kind === 'updated') this.#tellAgain()
    })
  }

  /** The consensus layer has a block of this height. */
  consensusSync(height: bigint): void {
    this.#heights.offer(height)
  }

  /** Where the key manager stands. */
  keyManagerStatus(status: Status): void {
    this.#status = status
    this.#statuses.offer(status)
  }

  /** Which evidence of the key manager is good enough. */
  keyManagerQuotePolicy(policy: QuotePolicy): void {
    this.#policy = policy
    this.#policies.offer(policy)
  }

  /** Nothing more is told. */
  close(): void {
    this.#isOver = true
    this.#unwatch()
  }

  #tellAgain(): void {
    if (this.#status !== undefined) this.#statuses.offer(this.#status)
    if (this.#policy !== undefined) this.#policies.offer(this.#policy)
  }

  /** The runtime may not have got to the height yet at which the status was written. */
  async #insist(notice: Notice, isNewest: () => boolean): Promise<void> {
    for (let tries = 1; !(await this.#tell(notice)); tries++) {
      if (tries >= STATUS_TRIES_MAX || this.#isOver || !isNewest()) return
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#world.timers.after(STATUS_RETRY_MS, resolve)
      await promise
    }
  }

  /** Has the runtime taken it? */
  async #tell(notice: Notice): Promise<boolean> {
    try {
      await this.#runtime.call(notice as Request<RuntimeRequestKind>, { deadlineMs: NOTICE_MS })
      return true
    } catch (error) {
      if (!isTold(error)) throw error
      this.#world.log.warn('runtime did not take a notice', { kind: notice.kind })
      return false
    }
  }
}
