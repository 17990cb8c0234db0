/** The servers that peers share. Each keeps to keys and tables of its own. */
export interface PeerServers {
  readonly postgresUrl: string;
  readonly redisUrl: string;
}

/** What a request of a signed-in user carries; empty where nobody looks. */
export type Credential = Readonly<Record<string, string>>;

/** The answer of every peer to the call that is compared. */
export interface User {
  readonly id: string;
  readonly name: string;
}

export interface SignedIn {
  readonly credential: Credential;
  readonly user: User;
}

/** A server that answers one protected call in its own way, listening in this process. */
export interface Peer extends AsyncDisposable {
  readonly origin: string;
  /** The path of the protected call, for a GET. */
  readonly path: string;
  /** Makes a user, and signs them in. */
  readonly signIn: () => Promise<SignedIn>;
  /** Does whatever this way of signing out does on the server. */
  readonly signOut: (credential: Credential) => Promise<void>;
}

export type StartPeer = (servers: PeerServers) => Promise<Peer>;
