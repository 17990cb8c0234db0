// Sends the requests of one turn after the other, when it is told to.
import { answerQuestions } from "../../peers/answer-questions.ts";
import type { TurnQuestion } from "./turn-question.ts";
import { openTurn, type Turn } from "./turn.ts";

let turn: Turn | undefined;

answerQuestions(answer, () => process.exit());

async function answer(question: TurnQuestion): Promise<void> {
  switch (question.kind) {
    case "open":
      turn = openTurn(question.target, question.connections);
      return;
    case "send":
      await turn?.send(question.requests);
      return;
    case "close":
      await turn?.[Symbol.asyncDispose]();
  }
}
