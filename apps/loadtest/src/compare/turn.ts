import { addressOf } from "../stage/seeded-users.ts";
import { Connection, type ConnectionWatcher } from "../generator/connection.ts";
import type { LoadAnswer, LoadRequest } from "../load.ts";
import type { Credential, User } from "../../peers/peer.ts";

/** What is asked again and again, and who answers. */
export interface TurnTarget {
  readonly origin: string;
  readonly path: string;
  readonly credential: Credential;
  /** Whom the answer must name. */
  readonly user: User;
}

/** A contestant's turn: connections that are kept open, and requests over all of them at once. */
export interface Turn extends AsyncDisposable {
  /** @throws when an answer is not the right one, or does not come in time. */
  readonly send: (requests: number) => Promise<void>;
}

const connectTimeoutMs = 10_000;
const sendTimeoutMs = 120_000;

export function openTurn(target: TurnTarget, connectionCount: number): Turn {
  const judge = createJudge(target);
  let left = 0;
  let underWay = 0;
  let finish: (error?: Error) => void = () => undefined;

  const watcher: ConnectionWatcher = {
    answered(connection, _exchange, answer) {
      underWay -= 1;
      const fault = judge(answer);
      if (fault !== undefined) finish(new Error(`${target.origin}${target.path}: ${fault}`));
      else if (left > 0) sendNext(connection);
      else if (underWay === 0) finish();
    },
    broken: (_connection, _exchange, word) => {
      finish(new Error(`${target.origin}${target.path} gave no answer: ${word}`));
    },
    faulty: (error) => finish(error),
  };
  const connections = Array.from(
    { length: connectionCount },
    () => new Connection(target.origin, connectTimeoutMs, watcher),
  );

  function sendNext(connection: Connection): void {
    left -= 1;
    underWay += 1;
    connection.send({ request: nextRequest(target), dueAtMs: performance.now() });
  }

  return {
    async send(requests) {
      left = requests;
      underWay = 0;
      const rest = stayAwake();
      let timer: NodeJS.Timeout | undefined;
      try {
        await new Promise<void>((resolve, reject) => {
          finish = (error) => (error === undefined ? resolve() : reject(error));
          timer = setTimeout(
            () => finish(new Error(`${target.origin} is not done in ${sendTimeoutMs} ms`)),
            sendTimeoutMs,
          );
          for (const connection of connections) if (left > 0) sendNext(connection);
        });
      } finally {
        clearTimeout(timer);
        rest();
        left = 0;
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(connections.map((connection) => connection.close()));
    },
  };
}

/**
 * Keeps this process from sleeping. To wake it would cost whoever answers tens of microseconds for
 * each answer, on a virtual machine above all, and clients are not on the machine of their server.
 */
function stayAwake(): () => void {
  let isResting = false;
  const turn = (): void => {
    if (!isResting) setImmediate(turn);
  };
  turn();
  return () => {
    isResting = true;
  };
}

const clients = 1000;
let sent = 0;

/** From a thousand addresses in turn, as through a proxy, for those who count calls by address. */
function nextRequest({ path, credential }: TurnTarget): LoadRequest {
  sent += 1;
  const headers = { ...credential, "x-forwarded-for": addressOf(sent % clients) };
  return { kind: "read", method: "GET", path, headers, judge: () => undefined };
}

/** The first answer must name the user, and the others be the same to the byte. */
function createJudge({ user }: TurnTarget): (answer: LoadAnswer) => string | undefined {
  let first: string | undefined;
  return ({ status, body }) => {
    if (status !== 200) return `status ${status}`;
    if (body === first) return undefined;
    if (first !== undefined) return "another answer than the first";
    if (!body.includes(JSON.stringify(user.id)) || !body.includes(JSON.stringify(user.name))) {
      return "an answer that does not name the user";
    }
    first = body;
    return undefined;
  };
}
