/**
 * What archives need and somebody else has: bundles are read where there are processes to start,
 * and what runs processes has this built in, faster than anything in this language.
 */
export interface Compression {
  /** Undefined if it is no such stream, or holds any other number of bytes than `size`. */
  readonly inflate: (deflated: Uint8Array, size: number) => Uint8Array | undefined
  readonly deflate: (bytes: Uint8Array) => Uint8Array
  readonly crc32: (bytes: Uint8Array) => number
}
