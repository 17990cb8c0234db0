"use client";

import { isPortcullisError } from "@portcullis/client";
import { useUser } from "@portcullis/react";
import { useRouter } from "next/navigation";
import { useState, type ReactNode } from "react";
import { client } from "../lib/client.ts";

/** Shows what the server rendered for a user, as long as it is they who are signed in. */
export function Account({
  userId,
  children,
}: {
  readonly userId: string;
  readonly children: ReactNode;
}) {
  const router = useRouter();
  const user = useUser();
  const [isLeaving, setIsLeaving] = useState(false);
  const [isLogoutLost, setLogoutLost] = useState(false);

  const leave = async (call: Promise<unknown>): Promise<void> => {
    setIsLeaving(true);
    try {
      await call;
    } catch (error) {
      const isOver = isPortcullisError(error) && error.data.httpStatus === 401;
      if (!isOver) return setLogoutLost(true);
    }
    router.refresh();
  };

  if (isLogoutLost) {
    return (
      <>
        <h1>That did not work</h1>
        <p role="alert">
          The server did not answer, so your session may go on. <a href="/">Try again</a>
        </p>
      </>
    );
  }
  if (isLeaving) return <p className="late">One moment …</p>;
  if (user?.id !== userId) {
    // In another tab, perhaps. The page that is loaded anew is for whoever is signed in by then.
    return (
      <>
        <h1>Signed out</h1>
        <p role="status">
          You are no longer signed in here. <a href="/">Continue</a>
        </p>
      </>
    );
  }
  return (
    <>
      <h1>Notes of {user.name}</h1>
      <header>
        <p className="hint">{user.email}</p>
        <div className="bar">
          <button onClick={() => void leave(client.api.auth.logout.mutate())}>Sign out</button>
          <button onClick={() => void leave(client.api.auth.logoutEverywhere.mutate())}>
            Sign out everywhere
          </button>
        </div>
      </header>
      {children}
    </>
  );
}
