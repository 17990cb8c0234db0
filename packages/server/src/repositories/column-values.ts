/** Drivers differ in how they return these types; the rest of the library sees one form. */

/** A bigint column that a CHECK keeps within the safe integers. */
export function safeInteger(value: string | number | bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError("A bigint column left the safe integers");
  return number;
}

/** A timestamptz column in milliseconds since 1970. */
export function epochMs(value: Date | string | number): number {
  const milliseconds = new Date(value).getTime();
  if (!Number.isSafeInteger(milliseconds)) throw new RangeError("A timestamp column is not a time");
  return milliseconds;
}

/** As {@link epochMs}, for a column that may be null. */
export function optionalEpochMs(value: Date | string | number | null): number | null {
  return value === null ? null : epochMs(value);
}
