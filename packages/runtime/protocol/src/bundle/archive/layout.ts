/**
 * The parts of a ZIP archive as far as bundles use them. All numbers have their least byte first.
 *
 *   for each file     local header ‖ name ‖ extra ‖ bytes ‖ perhaps sizes once more
 *   the directory     for each file: entry ‖ name ‖ extra ‖ comment
 *   the end           where the directory is ‖ comment
 */

/** The first four bytes of each part. */
export const SIGNATURES = { local: 0x0403_4b50, entry: 0x0201_4b50, end: 0x0605_4b50 } as const

/** The sizes of the parts, without what has a size of its own. */
export const SIZES = { local: 30, entry: 46, end: 22 } as const

/** How the bytes of a file are stored. */
export const METHODS = { stored: 0, deflated: 8 } as const

/** What may be said of a file: how hard it was deflated, sizes after it, and a name in UTF-8. */
export const FLAGS_ALLOWED = 0x080e
/** Names are in UTF-8. */
export const FLAG_UTF8 = 0x0800

/** The version that reads what we write: directories and deflate. */
export const VERSION_NEEDED = 20
/** Stands where a number is too large for its place, and is somewhere else. */
export const NUMBER_ELSEWHERE = { u16: 0xffff, u32: 0xffff_ffff } as const
