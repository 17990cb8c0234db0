/** A question that came over the channel of a process, which only its own program understands. */
type Answer<Question> = (question: Question) => unknown;

/**
 * Answers the questions of who started this process, one at a time, until their channel ends.
 *
 * @param onEnd ends the process.
 */
export function answerQuestions<Question>(
  answer: Answer<Question>,
  onEnd: () => Promise<void> | void,
): void {
  const reply = async (question: Question): Promise<void> => {
    try {
      process.send?.({ kind: "answer", value: await answer(question) });
    } catch (error) {
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.send?.({ kind: "failed", why });
    }
  };
  process.on("message", (question: Question) => void reply(question));
  process.once("disconnect", () => void onEnd());
}
