/** Letting a chain go on while somebody waits for it. */

import { webTimers } from '../webWorld.ts'
import type { TestNode } from './servedNode.ts'

/** So that others are heard between two blocks. */
const BLOCK_MS = 2

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
      webTimers.after(BLOCK_MS, () => resolve(undefined))
    })
  }
  return await work
}
