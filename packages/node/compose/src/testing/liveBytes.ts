/**
 * Loaded before a program that is looked at from outside, with `--expose-gc`: on SIGUSR2 all
 * garbage is collected, and what is left is written to the file that `WADI_LIVE_BYTES` names. What
 * a process has of memory says little: V8 lets garbage lie as long as there is room.
 */

import { renameSync, writeFileSync } from 'node:fs'

const path = process.env['WADI_LIVE_BYTES']
const collect = globalThis.gc

if (path !== undefined && collect !== undefined)
  process.on('SIGUSR2', () => {
    // What a finalizer lets go of is garbage only then.
    for (let i = 0; i < 2; i++) collect()
    const { heapUsed: heap, external } = process.memoryUsage()
    writeFileSync(`${path}.new`, JSON.stringify({ heap, external }))
    renameSync(`${path}.new`, path)
  })
