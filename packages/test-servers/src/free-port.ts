import { createServer } from "node:net";

/**
 * A TCP port that was free on 127.0.0.1 a moment ago. Another process may take it before the
 * caller does, so whoever binds it must be ready to ask for another one.
 */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port: 0, host: "127.0.0.1" }, () => {
      const address = server.address();
      if (address === null || typeof address === "string") {
        reject(new Error("a TCP server has no TCP address"));
      } else {
        resolve(address.port);
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  return port;
}
