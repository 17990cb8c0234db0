import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { LoadAnswer, LoadPlan, LoadRequest } from "../load.ts";

/** A web server of this process for a load to be put on. */
export interface TestTarget extends AsyncDisposable {
  readonly origin: string;
}

export async function startTarget(
  answer: (response: ServerResponse, request: IncomingMessage) => void,
): Promise<TestTarget> {
  const server = createServer((request, response) => {
    request.resume();
    answer(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function planFor(target: TestTarget, changes: Partial<LoadPlan> = {}): LoadPlan {
  return {
    label: "test",
    source: import.meta.resolve("./test-source.ts"),
    settings: {},
    targets: [target.origin],
    connections: 4,
    loop: { kind: "open", requestsPerSecond: 200 },
    seconds: 1,
    warmUpSeconds: 0,
    ...changes,
  };
}

export function requestOf(changes: Partial<LoadRequest> = {}): LoadRequest {
  return { kind: "read", method: "GET", path: "/", headers: {}, judge: judgeStatus, ...changes };
}

function judgeStatus({ status }: LoadAnswer): string | undefined {
  return status === 200 ? undefined : "";
}
