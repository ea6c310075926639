/** Every upgrade that this program knows how to do. */

import type { UpgradeHandler } from './handler.ts'
import { consensus240 } from './handlers/consensus240.ts'
import { consensus261 } from './handlers/consensus261.ts'
import { e2eTestValid } from './handlers/e2eTestValid.ts'
import { empty } from './handlers/empty.ts'

/** Handlers by the names that descriptors give. */
export const handlers: ReadonlyMap<string, UpgradeHandler> = new Map([
  ['consensus240', consensus240],
  ['consensus261', consensus261],
  ['empty', empty],
  ['__e2e-test-valid', e2eTestValid],
])
