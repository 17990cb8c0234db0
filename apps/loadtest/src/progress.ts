const eraseLine = "\r\u001B[K";

/** Tells a person what is done, and how far it is. */
export interface Progress {
  /** Something else begins. */
  readonly phase: (what: string) => void;
  /** On a terminal in one line that changes; elsewhere not at all. */
  readonly say: (what: string) => void;
  readonly end: () => void;
}

export function createProgress(stream: NodeJS.WriteStream): Progress {
  return {
    phase: (what) => void stream.write(stream.isTTY ? `${eraseLine}${what}\n` : `${what}\n`),
    say(what) {
      if (!stream.isTTY) return;
      stream.write(`${eraseLine}${what.slice(0, Math.max(20, stream.columns - 1))}`);
    },
    end: () => void (stream.isTTY && stream.write(eraseLine)),
  };
}
