import { command } from '@wadi/node-config/command'
import { errors } from '../../transaction/commandErrors.ts'
import { byzantineFlags } from './byzantineFlags.ts'

/** `debug byzantine executor`: comes with runtimes. */
export const executor = command<typeof byzantineFlags>({
  name: 'executor',
  summary: 'compute rounds of a runtime, and cheat (not supported yet)',
  examples: [
    'wadi-node debug byzantine executor --config node.yaml --executor.mode executor_dishonest',
  ],
  options: byzantineFlags,
  run() {
    throw errors.unsupported(
      'executor computes rounds of a runtime, and this version runs no runtimes yet; debug byzantine vrfbeacon needs none',
    )
  },
})
