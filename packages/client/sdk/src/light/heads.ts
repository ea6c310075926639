/**
 * How long nodes say that the chain is. Nobody is believed: a height that somebody says is tried,
 * and whoever says what he does not show, or stands still, is asked after the others.
 */

import type { Clock } from '@wadi/base/clock'
import { isTold, UnavailableError } from '@wadi/base/errors'
import { HEAD_LAG_MAX, PROVIDER_TIMEOUT_MS, UNSHOWN_MS } from './limits.ts'
import type { Provider, Providers } from './providers.ts'

/** A height that may be the last one, and who says that there is such a block. */
export interface Claim {
  readonly height: bigint
  readonly by: readonly Head[]
}

interface Head {
  readonly number: number
  readonly height: bigint
}

/** See the top of this file. */
export class Heads {
  readonly #providers: Providers
  readonly #clock: Clock
  #told: readonly Head[] = []
  /** Until when nobody listens to them. */
  readonly #unheard = new Map<number, number>()

  constructor(providers: Providers, clock: Clock) {
    this.#providers = providers
    this.#clock = clock
  }

  /** Asks all; gives what may be the last height, the highest first. */
  async ask(): Promise<readonly Claim[]> {
    const { all } = this.#providers
    const told = await Promise.all(all.map((provider) => heightOf(provider)))
    this.#told = told.flatMap((height, number) =>
      height === undefined ? [] : [{ number, height }],
    )
    if (this.#told.length === 0) throw nobody()
    const heard = this.#told.filter(({ number }) => !this.#isUnheard(number))
    return claimsOf(heard.length > 0 ? heard : this.#told)
  }

  /** Nobody has the block of a claim. */
  notShown({ by }: Claim): void {
    const until = this.#clock.monotonicMs() + UNSHOWN_MS
    for (const { number, height } of by) {
      this.#unheard.set(number, until)
      this.#providers.passOver(number, `says that there is height ${height}, and does not show it`)
    }
  }

  /** Somebody has shown a block: who is far behind it is asked after the others from now on. */
  shown(height: bigint): void {
    for (const head of this.#told) {
      const { number } = head
      const isBehind = height - head.height > HEAD_LAG_MAX
      const why = `stands at height ${head.height}, and the chain at ${height} or higher`
      if (isBehind) this.#providers.passOver(number, why)
      else if (!this.#isUnheard(number)) this.#providers.takeBack(number)
    }
  }

  #isUnheard(number: number): boolean {
    const until = this.#unheard.get(number)
    return until !== undefined && this.#clock.monotonicMs() < until
  }
}

/** Who is a little behind others says no other block, but one that those have, too. */
function claimsOf(heads: readonly Head[]): readonly Claim[] {
  const rest = heads.toSorted((a, b) => (a.height < b.height ? 1 : a.height > b.height ? -1 : 0))
  const claims: Claim[] = []
  for (let [first] = rest; first !== undefined; [first] = rest) {
    const { height } = first
    const end = rest.findIndex((head) => height - head.height > HEAD_LAG_MAX)
    const by = rest.splice(0, end < 0 ? rest.length : end)
    claims.push({ height: by.at(-1)!.height, by })
  }
  return claims
}

function nobody(): UnavailableError {
  return new UnavailableError('lightNode.noProvider', 'no node says how long the chain is')
}

/** What a node says. */
export async function heightOf(provider: Provider): Promise<bigint | undefined> {
  try {
    return await provider.getLatestHeight(undefined, { timeoutMs: PROVIDER_TIMEOUT_MS })
  } catch (error) {
    if (isTold(error)) return undefined
    throw error
  }
}
