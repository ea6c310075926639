/** Letting a chain go on while somebody waits for it. */

import type { TestNode } from './servedNode.ts'

/** Makes blocks until something is done. */
export async function withBlocks<T>(node: TestNode, work: Promise<T>): Promise<T> {
  let isDone = false
  const note = () => {
    isDone = true
  }
  work.then(note, note)
  while (!isDone) {
    node.advance()
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
  return await work
}
