import { Socket } from "node:net";

import { type FaultyPipe, openFaultyPipe, type PathFaults } from "./faulty-pipe.ts";
import type { Address } from "./proxy-target.ts";

/** From the client to the server, or from the server to the client. */
export type ProxyDirection = "to-server" | "to-client";

/** The faults of both directions. */
export type ProxyFaults = Readonly<Record<ProxyDirection, PathFaults>>;

/** A client of a proxy, and its own connection to the server. */
export interface ProxyConnection {
  /** Goes by the faults as they are now. To be called after each change of them. */
  update(): void;
  /** Ends one direction behind what is on its way; the other goes on. */
  halfClose(direction: ProxyDirection): void;
  /** Resets both sides at once. */
  reset(): void;
}

/**
 * Connects a client to the server that `addressNow` names, at the first moment at which no
 * direction is held: a handshake needs both.
 */
export function openProxyConnection(
  client: Socket,
  addressNow: () => Address,
  faults: ProxyFaults,
  onClose: () => void,
): ProxyConnection {
  // An end travels one direction only, as between two machines.
  const server = new Socket({ allowHalfOpen: true });
  const pipes: Record<ProxyDirection, FaultyPipe> = {
    "to-server": openFaultyPipe(client, server, faults["to-server"]),
    "to-client": openFaultyPipe(server, client, faults["to-client"]),
  };
  let isDialled = false;

  const update = (): void => {
    if (!isDialled && !faults["to-server"].isHeld && !faults["to-client"].isHeld) {
      isDialled = true;
      server.connect(addressNow());
    }
    pipes["to-server"].update();
    pipes["to-client"].update();
  };

  for (const socket of [client, server]) {
    socket.setNoDelay(true);
    socket.on("close", () => {
      if (!client.destroyed || !server.destroyed) {
        return;
      }
      pipes["to-server"].stop();
      pipes["to-client"].stop();
      onClose();
    });
  }
  update();

  return {
    update,
    halfClose: (direction) => pipes[direction].end(),
    reset: () => {
      resetNow(client);
      resetNow(server);
    },
  };
}

function resetNow(socket: Socket): void {
  // A socket that is not connected has nobody to tell.
  if (socket.pending) {
    socket.destroy();
  } else {
    socket.resetAndDestroy();
  }
}
