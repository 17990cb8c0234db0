// Runs one peer, which its argument names, and answers the questions of who started it.
import { answerQuestions } from "./answer-questions.ts";
import type { Peer, StartPeer } from "./peer.ts";
import { peerNames } from "./peer-names.ts";
import { cpuMicros, type PeerQuestion } from "./peer-question.ts";

const name = peerNames.find((known) => known === process.argv[2]);
if (name === undefined) throw new Error(`There is no peer ${process.argv[2]}`);
const { start } = (await import(`./${name}.ts`)) as { readonly start: StartPeer };
let peer: Peer | undefined;

answerQuestions(answer, async () => {
  await peer?.[Symbol.asyncDispose]();
  process.exit();
});

async function answer(question: PeerQuestion): Promise<unknown> {
  switch (question.kind) {
    case "start":
      peer = await start(question.servers);
      return { origin: peer.origin, path: peer.path };
    case "sign in":
      return peer?.signIn();
    case "sign out":
      return peer?.signOut(question.credential);
    case "cpu":
      return cpuMicros();
  }
}
