/** What names a row: its table and its id. */
export interface RowName {
  readonly table: string;
  readonly id: string;
}

/** The name as one text. Tables have no colon in their names. */
export function keyOf(table: string, id: string): string {
  return `${table}:${id}`;
}

export function nameOf(key: string): RowName {
  const colon = key.indexOf(":");
  return { table: key.slice(0, colon), id: key.slice(colon + 1) };
}
