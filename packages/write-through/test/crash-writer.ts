// A process of its own that commits a write and stops short of telling the cache, until it is killed.
import { openNaive, openWriteThrough } from "./row-cache.ts";

const [kind, postgres, redis, id, title] = process.argv.slice(2);
if (postgres === undefined || redis === undefined || id === undefined || title === undefined) {
  throw new Error("usage: crash-writer naive|write-through POSTGRES REDIS ID TITLE");
}

const open = kind === "naive" ? openNaive : openWriteThrough;
const cache = await open(
  { postgres, redis },
  {
    beforePublish: () => {
      process.stdout.write("committed\n");
      return new Promise(() => undefined);
    },
  },
);
await cache.write(id, title);
