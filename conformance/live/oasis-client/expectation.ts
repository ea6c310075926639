/** What checks expect, without anything that only Node or only a page has. */

import type { Scene } from './scene.ts'

/** A value as a text that is the same for what is the same: a number, whatever its type. */
export function print(value: unknown): string {
  const printed = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'bigint' || Number.isInteger(part)) return `${part}n`
    if (part instanceof Uint8Array) return Array.from(part, (byte) => byte.toString(16)).join(' ')
    if (part instanceof Map) return { map: Array.from(part) }
    return isRecord(part) ? Object.fromEntries(Object.entries(part).sort()) : part
  })
  return printed ?? 'nothing'
}

/** Is it something with names? */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && value.constructor === Object
}

export function expectThat(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(what)
}

export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [is, shouldBe] = [print(actual), print(expected)]
  expectThat(is === shouldBe, `${what}: ${is} instead of ${shouldBe}`)
}

/** Which error of the reference a call has to end with, as the client tells it. */
export async function expectCoded(
  { oasis }: Scene,
  call: Promise<unknown>,
  [module, code]: readonly [module: string, code: number],
): Promise<void> {
  const error: unknown = await failureOf(call)
  expectThat(error instanceof oasis.client.OasisCodedError, `${error}: not ${module}/${code}`)
  expectEqual([error.oasisModule, error.oasisCode], [module, code], error.message)
}

/** Which status of gRPC a call has to end with, without module and code. */
export async function expectStatus(
  { oasis }: Pick<Scene, 'oasis'>,
  call: Promise<unknown>,
  status: number,
): Promise<void> {
  const error: unknown = await failureOf(call)
  expectThat(error instanceof Error, `${error} is no error`)
  expectThat(!(error instanceof oasis.client.OasisCodedError), `${error.message} is coded`)
  expectEqual((error.cause as { code?: unknown }).code, status, error.message)
}

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  const answer = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  expectThat('error' in answer, `${print(answer)} instead of an error`)
  return answer.error
}
