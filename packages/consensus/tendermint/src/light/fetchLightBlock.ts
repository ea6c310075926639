import type { CodedError } from '@wadi/base/errors'
import { checkLightBlock } from '../basic/checkLightBlock.ts'
import type { LightBlock } from '../types/lightBlock.ts'
import { errors } from './errors.ts'
import type { LightAnswer, LightTask } from './lightTask.ts'
import { refusalOf } from './refusalOf.ts'

/** What a provider answered. */
export type Fetched = LightAnswer | { readonly kind: 'bad'; readonly error: CodedError }

function check(block: LightBlock, height: bigint, chainId: string): void {
  const { header } = block.signedHeader
  if (height !== 0n && header.height !== height) throw errors.invalid(`height ${header.height}`)
  checkLightBlock(block, chainId)
}

/** Asks a provider for a block; one that contradicts itself, or another one, is bad. */
export function* fetchLightBlock(
  provider: number,
  height: bigint,
  chainId: string,
): LightTask<Fetched> {
  const answer = yield { kind: 'fetch', provider, height }
  if (answer.kind !== 'found') return answer
  const error = refusalOf(() => check(answer.block, height, chainId))
  if (error === undefined) return answer
  yield { kind: 'bad', provider, why: error.message }
  return { kind: 'bad', error }
}
