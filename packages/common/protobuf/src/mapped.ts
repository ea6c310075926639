/** Wire types that are something else in the program. */

import { finished, type Schema } from './schema.ts'

/** Both directions of a {@link mapped} type. */
export interface Mapping<Wire, T> {
  readonly from: (wire: Wire) => T
  readonly to: (value: T) => Wire
}

/** A type that is another one on the wire. `from` may refuse with a coded error. */
export function mapped<Wire, T>(inner: Schema<Wire>, { from, to }: Mapping<Wire, T>): Schema<T> {
  return {
    wire: inner.wire,
    isMerged: inner.isMerged,
    start: () => inner.start(),
    isZero: (value) => inner.isZero(to(value)),
    write: (writer, value) => inner.write(writer, to(value)),
    read: (reader, before) => inner.read(reader, before),
    finish: (raw) => from(finished(inner, raw)),
  }
}

/**
 * A type that is read as a whole: it replaces what was there before, and is refused even if
 * another one follows. Absent, it is `absent`, whatever its empty encoding stands for.
 */
export function whole<T>(inner: Schema<T>, absent: T): Schema<T> {
  return {
    ...inner,
    isMerged: false,
    start: () => absent,
    read: (reader) => finished(inner, inner.read(reader, inner.start())),
    finish: undefined,
  }
}
