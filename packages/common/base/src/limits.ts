/**
 * Every bound of this package. Each package of the house has such a file: a bound is a constant
 * with its unit last, says why it is as large as it is, and has a test at the bound and one beyond.
 */

/** Combinations of label values that one metric keeps: names in labels may come from peers. */
export const METRIC_SERIES_MAX = 10_000

/** Records that a log in memory keeps; the oldest make room. */
export const LOG_RECORDS_MAX = 10_000

/** Elements of a list in the configuration: far more than a person writes. */
export const CONFIG_LIST_COUNT_MAX = 10_000

/** Characters of a text in the configuration. */
export const CONFIG_TEXT_SIZE_MAX = 65_536

/** Days of a duration in the configuration: as milliseconds they still fit a timer's arithmetic. */
export const CONFIG_DURATION_DAYS_MAX = 36_500
