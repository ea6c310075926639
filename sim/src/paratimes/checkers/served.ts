/** After healing nobody is forgotten: each client learns that its transaction is final. */

import type { ParatimeChecker, ParatimeWorld } from './paratimeChecker.ts'

/** So long that may take. */
const SERVED_MS_MAX = 40_000
const MS_PER_SECOND = 1000

/** See the top of this file. */
export function createServed(world: ParatimeWorld): ParatimeChecker {
  const name = 'served'
  let healedMs: number | undefined
  const told = new Set<string>()
  return {
    name,
    onHealed() {
      healedMs = world.nowMs()
    },
    onSecond() {
      if (healedMs === undefined) return
      for (const { paratime, number, sinceMs } of world.waiting()) {
        if (world.nowMs() - Math.max(sinceMs, healedMs) <= SERVED_MS_MAX) continue
        const which = `paratime ${paratime}: client ${number}`
        if (told.has(which)) continue
        told.add(which)
        world.report(name, `${which} has waited since ${sinceMs / MS_PER_SECOND} s`)
      }
    },
  }
}
