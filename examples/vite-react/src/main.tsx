import { PortcullisProvider, Restoring, SignedIn, SignedOut } from "@portcullis/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { client } from "./client.ts";
import { Notes } from "./notes.tsx";
import { SignIn } from "./sign-in.tsx";
import { Verify } from "./verify.tsx";

const verification = /^\/verify-email$/.test(location.pathname)
  ? new URLSearchParams(location.hash.slice(1)).get("token")
  : null;

const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <PortcullisProvider client={client}>
        {verification === null ? (
          <>
            <Restoring>
              <p>One moment</p>
            </Restoring>
            <SignedIn>{(user) => <Notes key={user.id} user={user} />}</SignedIn>
            <SignedOut>{(reason) => <SignIn reason={reason} />}</SignedOut>
          </>
        ) : (
          <Verify token={verification} />
        )}
      </PortcullisProvider>
    </StrictMode>,
  );
}
