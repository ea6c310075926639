/** Checks a batch before anything of it takes effect. */

import type { Operation } from './contract.ts'
import { errors } from './errors.ts'
import { BATCH_OPERATIONS_MAX, BATCH_SIZE_MAX, KEY_SIZE_MAX, VALUE_SIZE_MAX } from './limits.ts'
import { checkRange } from './range.ts'

/** Refuses a key that no store would hold. */
export function checkKey(key: Uint8Array): void {
  if (key.length > KEY_SIZE_MAX) throw errors.keyTooLong(`${key.length} bytes`)
}

/** Refuses a batch that is beyond a limit in any of its parts. */
export function checkOperations(operations: readonly Operation[]): void {
  if (operations.length > BATCH_OPERATIONS_MAX)
    throw errors.batchTooLarge(`${operations.length} operations`)
  let size = 0
  for (const operation of operations) {
    if (operation.kind === 'delete-range') {
      checkRange(operation.range)
      continue
    }
    checkKey(operation.key)
    size += operation.key.length
    if (operation.kind === 'delete') continue
    const valueSize = operation.value.length
    if (valueSize > VALUE_SIZE_MAX) throw errors.valueTooLong(`${valueSize} bytes`)
    size += valueSize
  }
  if (size > BATCH_SIZE_MAX) throw errors.batchTooLarge(`${size} bytes`)
}
