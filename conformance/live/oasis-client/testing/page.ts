/** What the page runs: all checks, one after the other, each told as soon as it is over. */

import { checks } from '../checks.ts'
import type { Oasis } from '../scene.ts'

/** What the page is told. */
export interface PageOptions {
  readonly url: string
  readonly secretKey: string
}

/** How a check went in the page. */
export interface PageResult {
  readonly name: string
  readonly failure?: string
}

const tell = (result: PageResult) =>
  fetch('/result', { method: 'POST', body: JSON.stringify(result) })

const { oasis } = globalThis as unknown as { readonly oasis: Oasis }
const { url, secretKey } = (await (await fetch('/options')).json()) as PageOptions
const client = new oasis.client.NodeInternal(url)
const scene = { oasis, client, secretKey: oasis.misc.fromHex(secretKey) }
for (const { name, run } of checks) {
  const failure = await run(scene).then(
    () => undefined,
    (error: Error) => `${error.stack ?? error}`,
  )
  await tell({ name, ...(failure === undefined ? {} : { failure }) })
}
