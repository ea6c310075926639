/** Bounds of the decoders. The first four are the reference's and decide what is accepted. */

/** Nested arrays and maps around an item, its own included. */
export const NESTING_MAX = 32
/** Nested arrays and maps around an item on the Rust side. */
export const RUST_NESTING_MAX = 64
/** Elements of one array. */
export const LIST_COUNT_MAX = 10_000_000
/** Pairs of one map. */
export const MAP_COUNT_MAX = 10_000_000
/** Elements of an array, or pairs of a map, in the node's own storage. */
export const TRUSTED_COUNT_MAX = 2_147_483_647
/** Nested arrays and objects of a JSON text. Go allows 10,000, which no document of ours has. */
export const JSON_NESTING_MAX = 500
/** Times that one field may be in a JSON object. Go takes any number. */
export const JSON_FIELD_REPEAT_MAX = 4
/** Bytes of one message on a stream; the reference's bound. */
export const FRAME_SIZE_MAX = 67_108_864
/** Fields of one struct: a schema beyond it does not compile. */
export const STRUCT_FIELD_COUNT_MAX = 64
/** Characters of the input that a message quotes: it does not grow with the input. */
export const EXCERPT_SIZE_MAX = 64
/** An encoding buffer that is kept for the next call. */
export const SPARE_BUFFER_SIZE_MAX = 1_048_576
/** A block that small byte strings share. */
export const SLAB_SIZE = 8_192
/** A byte string that may share a block: larger ones are few, and worth their own allocation. */
export const SLAB_PIECE_SIZE_MAX = 1_024
