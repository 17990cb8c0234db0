/**
 * What in the answer to INFO makes a Redis unfit to be trusted, in a sentence that says what to do.
 * INFO rather than CONFIG, which managed services do not allow.
 */
export function unfitnessOf(info: string): string | undefined {
  const told = (field: string): string | undefined =>
    new RegExp(`^${field}:(\\S+)`, "m").exec(info)?.[1];

  const version = told("redis_version");
  if (version !== undefined && Number.parseInt(version, 10) < 7) {
    return `This Redis is version ${version}: use 7 or later, or Valkey`;
  }
  if (told("redis_mode") === "cluster") {
    return "This Redis is a cluster, whose scripts see a part of the keys: use a single master";
  }
  const role = told("role");
  if (role !== undefined && role !== "master") {
    return "This Redis is a replica: give the URL of its master";
  }
  const policy = told("maxmemory_policy");
  if (policy?.startsWith("allkeys-") === true) {
    return (
      `Redis has maxmemory-policy ${policy}, which may evict fences: ` +
      "set it to volatile-lru, another volatile-*, or noeviction"
    );
  }
  return undefined;
}
