/** Changes of parameters, whatever they are: as Go prints values of any type. */

import { type Item, readItem } from '@wadi/cbor/item'
import { errors } from './commandErrors.ts'

/** COMPAT(fmt): what Go's `%v` says of a decoded value. */
function goText(item: Item): string {
  switch (item.kind) {
    case 'unsigned':
      return item.argument.toString()
    case 'negative':
      return (-1n - item.argument).toString()
    case 'bytes':
      return `[${Array.from(item.bytes, String).join(' ')}]`
    case 'text':
      return item.text
    case 'list':
      return `[${item.items.map(goText).join(' ')}]`
    case 'map': {
      const pairs = item.pairs.map(([key, value]) => `${goText(key)}:${goText(value)}`)
      return `map[${pairs.sort((a, b) => (a < b ? -1 : 1)).join(' ')}]`
    }
    case 'simple':
      return item.value === 20 ? 'false' : item.value === 21 ? 'true' : '<nil>'
    default:
      return '(float)'
  }
}

const NIL = 22

function isNil(item: Item): boolean {
  return item.kind === 'simple' && item.value === NIL
}

/** A line for each parameter and one for its value; throws a coded error if these are none. */
export function describeChanges(changes: Uint8Array): readonly string[] {
  const item = readItem(changes)
  if (item.kind !== 'map') throw errors.badFile('changes of parameters are a map')
  return item.pairs
    .filter(([, value]) => !isNil(value))
    .flatMap(([name, value]) => [`  - Parameter: ${goText(name)}`, `    Value: ${goText(value)}`])
}
