import { isPortcullisError } from "@portcullis/client";
import { QueryClient } from "@tanstack/react-query";

const retriesMax = 2;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // A refusal stays one; the client itself repeats what a restart of the server has swallowed.
      retry: (failures, error) => failures < retriesMax && !isPortcullisError(error),
    },
    mutations: { retry: false },
  },
});
