/** Headers of a request, by name in lower case. Values of one that was sent twice are joined by a comma. */
export type RequestHeaders = Pick<Headers, "get">;

/** What is read of a request before its calls: a `Request` is one. */
export interface RequestHead extends Pick<Request, "method" | "url"> {
  readonly headers: RequestHeaders;
}

/** Headers of an answer, as far as procedures set them. */
export type AnswerHeaders = Pick<Headers, "append" | "set">;
