/** Bounds of the codec. Messages nest as deep as their schemas do: input cannot make it more. */

/** Bytes of a varint: as many as 64 bits take. */
export const VARINT_SIZE_MAX = 10
/** The number of a field: a schema beyond it does not compile. */
export const FIELD_NUMBER_MAX = 1_023
/** Elements of one repeated field, unless the schema says less. */
export const REPEATED_COUNT_MAX = 10_000_000
/** Bytes of a frame, unless the caller says otherwise. */
export const FRAME_SIZE_MAX = 67_108_864
/** An encoding buffer that is kept for the next call. */
export const SPARE_BUFFER_SIZE_MAX = 1_048_576
