"use client";

import { SignedIn } from "@portcullis/react";
import { useRouter } from "next/navigation";
import { client } from "../lib/client.ts";

export function Account() {
  const router = useRouter();
  const leave = async (call: () => Promise<unknown>): Promise<void> => {
    await call();
    router.refresh();
  };
  return (
    <SignedIn>
      {({ email }) => (
        <footer>
          <p>{email}</p>
          <button onClick={() => void leave(() => client.api.auth.logout.mutate())}>
            Sign out
          </button>
          <button onClick={() => void leave(() => client.api.auth.logoutEverywhere.mutate())}>
            Sign out everywhere
          </button>
        </footer>
      )}
    </SignedIn>
  );
}
