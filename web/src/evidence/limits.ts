// Every bound of the recording format (docs/recording-format.md), generation 1. Nothing is read or allocated beyond them.

export const GENERATION = 1;
export const HEADER_BYTES = 32_768;
export const TOMBSTONE_BYTES = 32_768;
export const CLASSES = 32;
export const PARTS = 32;
/** One record without a body, and a tag. */
export const PART_BYTES_MIN = 38;
export const PARTS_BYTES = 8_454_144;
export const RECORD_BYTES = 8_388_608;
export const SEGMENTS = 2 ** 20;
export const EPOCH_MAX = 9999;
export const FOUND = 100;
export const DEPTH = 32;
export const ID_CHARS = 128;
/** A picture is decoded up to these, whatever the record or the encoded frame says. */
export const PICTURE_SIDE = 16_384;
export const PICTURE_PIXELS = 2 ** 26;
/** Read at once from a file that is checked from end to end. */
export const READ_BYTES = 1_048_576;
/** WebCrypto hashes no streams: a larger torn piece is checked by the program, not here. */
export const TORN_BYTES = 2 ** 26;
