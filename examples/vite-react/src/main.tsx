import { PortcullisProvider, Restoring, SignedIn, SignedOut } from "@portcullis/react";
import { StrictMode, useState, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { client } from "./client.ts";
import { Notes } from "./notes.tsx";
import { SignIn } from "./sign-in.tsx";
import { Verify } from "./verify.tsx";

const verification = /^\/verify-email$/.test(location.pathname)
  ? new URLSearchParams(location.hash.slice(1)).get("token")
  : null;

function App(): ReactNode {
  const [isLogoutLost, setLogoutLost] = useState(false);
  return (
    <>
      <Restoring>
        <main className="late">
          <p role="status">Connecting to the server …</p>
        </main>
      </Restoring>
      <SignedIn>
        {(user) => <Notes key={user.id} user={user} setLogoutLost={setLogoutLost} />}
      </SignedIn>
      <SignedOut>{(reason) => <SignIn reason={reason} isLogoutLost={isLogoutLost} />}</SignedOut>
    </>
  );
}

const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <PortcullisProvider client={client}>
        {verification === null ? <App /> : <Verify token={verification} />}
      </PortcullisProvider>
    </StrictMode>,
  );
}
