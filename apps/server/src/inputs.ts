/** The schemas of the inputs that forms ask for. For browsers too: nothing but Zod is imported. */

export { bodyMaxCodePoints, createInput as createPostInput } from "./posts/create-input.ts";
